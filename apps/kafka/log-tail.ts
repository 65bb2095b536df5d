import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';

const maximumSize = 5 * 1024 * 1024;

/** Puts a log that has grown aside, so that a pipeline that runs for weeks keeps two of them at most. */
export function rotateLog(file: string): void {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > maximumSize) renameSync(file, `${file}.1`);
}

/** The size of a log, which is where the next run's lines begin. */
export function endOfLog(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** The last lines of a log, none from before `from`; stack frames are left out. */
export function tailOfLog(file: string, from: number, lines = 12): string {
  const handle = openSync(file, 'r');
  try {
    const start = Math.max(from, fstatSync(handle).size - 64 * 1024);
    const buffer = Buffer.alloc(Math.max(0, fstatSync(handle).size - start));
    readSync(handle, buffer, 0, buffer.length, start);
    return buffer
      .toString('utf8')
      .split('\n')
      .filter((line) => line.trim() !== '' && !/^\s+(at |\.\.\. \d+ more)/.test(line))
      .slice(-lines)
      .join('\n');
  } finally {
    closeSync(handle);
  }
}
