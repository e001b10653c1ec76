/** The built viewer as files beside the program. */

import { readFileSync } from 'node:fs';
import { UsageError } from '../usage-error.ts';

const FOLDER = new URL('../../viewer/', import.meta.url);

/** One file of it by its name; throws `UsageError` where the program was built without it. */
export function viewerFile(name: string): Buffer {
  try {
    return readFileSync(new URL(name, FOLDER));
  } catch {
    throw new UsageError(`the viewer is not beside this program (no ${name}); build it again`);
  }
}
