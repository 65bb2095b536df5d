import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Whether a folder was filled, to its end, from the file as it is now. */
export function isStamped(folder, sourceFile) {
  try {
    return readFileSync(join(folder, '.stamp'), 'utf8') === hashOf(sourceFile);
  } catch {
    return false;
  }
}

/** Marks a folder as filled from the file: the last thing that is done to it, so that an interrupted install has no stamp. */
export function stamp(folder, sourceFile) {
  writeFileSync(join(folder, '.stamp'), hashOf(sourceFile));
}

function hashOf(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
