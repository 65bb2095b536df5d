import { createWriteStream } from 'node:fs';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../common/errors.ts';
import { SimulatorError } from './plan.ts';
import type { EventRecord } from './record.ts';

/** Lines that are written at once. */
const chunkLines = 256;

/**
 * Writes events as lines of JSON. A reader of standard output that has enough, such as `head`, ends it quietly.
 *
 * @param out a file, or `-` for standard output
 * @returns how many were handed to the file or the reader
 * @throws {SimulatorError} when the file can't be written
 */
export async function writeNdjson(records: Iterable<EventRecord>, out: string, signal?: AbortSignal): Promise<number> {
  let count = 0;
  function* chunks(): Generator<string> {
    let lines: string[] = [];
    for (const { value } of records) {
      count++;
      lines.push(value);
      if (lines.length < chunkLines) continue;
      yield `${lines.join('\n')}\n`;
      lines = [];
    }
    if (lines.length > 0) yield `${lines.join('\n')}\n`;
  }

  const toStandardOutput = out === '-';
  try {
    const target = toStandardOutput ? process.stdout : createWriteStream(out);
    await pipeline(Readable.from(chunks()), target, { end: !toStandardOutput, ...(signal && { signal }) });
    // A pipe may still hold the last chunks, and is cut off when the process exits.
    if (toStandardOutput) await written(process.stdout);
  } catch (error) {
    if (signal?.aborted) return count;
    if (toStandardOutput && error instanceof Error && 'code' in error && error.code === 'EPIPE') return count;
    throw new SimulatorError('OUT_NOT_WRITTEN', `The events can't be written to ${out}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  return count;
}

/** Resolves once everything that was written before is out. */
function written(stream: Writable): Promise<void> {
  return new Promise((resolve, reject) => stream.write('', (error) => (error ? reject(error) : resolve())));
}
