/** What views are given. */

import type { Actions } from '../actions.ts';
import type { LoadedRun } from '../loaded-run.ts';

export interface Props {
  readonly actions: Actions;
}

export interface RunProps extends Props {
  readonly run: LoadedRun;
}
