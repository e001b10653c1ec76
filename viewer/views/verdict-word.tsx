/** What a run was judged, in one word. */

import type { LoadedRun } from '../loaded-run.ts';

export function VerdictWord({ run }: { readonly run: LoadedRun }) {
  const verdict = run.result?.verdict ?? 'not judged';
  return <span class={`verdict ${verdict.replace(' ', '-')}`}>{verdict}</span>;
}
