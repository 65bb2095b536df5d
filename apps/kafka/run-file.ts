import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KafkaInUseError } from './errors.ts';
import type { Engine } from './find-engine.mjs';
import { endProcess, identify, isRunning, type ProcessIdentity } from './processes.ts';

/** What the next run wants to know about this one. */
export interface RunState {
  /** Holds the data: containers keep them in volumes, Java in the data folder. */
  readonly engine: Engine;
  readonly ports: Readonly<Record<string, number>>;
  /** Major and minor version of the Kafka that wrote the data. */
  readonly version?: string;
  /** The processes that were started, in the order in which they are to be stopped. */
  readonly processes: readonly ProcessIdentity[];
}

const stateFile = (folder: string) => join(folder, 'run.json');
const ownerFile = (folder: string) => join(folder, 'owner.json');

/** The state that the last run left, `undefined` on a new folder. */
export function readRunState(folder: string): RunState | undefined {
  return readJson<RunState>(stateFile(folder));
}

/** Replaces the state as a whole: a killed process leaves the old or the new one. */
export function writeRunState(folder: string, state: RunState): void {
  replaceFile(stateFile(folder), state);
}

/**
 * Makes this process the one that runs Kafka on a folder, and ends what a run that was killed left behind.
 *
 * @throws {KafkaInUseError} when a process that still runs has it
 */
export async function claimFolder(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const self = identify(process.pid);
  const draft = join(folder, `owner.${process.pid}.json`);
  writeFileSync(draft, JSON.stringify(self));
  try {
    for (;;) {
      try {
        // Unlike writing the file, linking it fails when there is one, and it is never seen half-written.
        linkSync(draft, ownerFile(folder));
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const owner = readJson<ProcessIdentity>(ownerFile(folder));
      if (owner && isRunning(owner)) throw new KafkaInUseError(folder, owner.pid);
      rmSync(ownerFile(folder), { force: true });
    }
  } finally {
    rmSync(draft, { force: true });
  }
  for (const left of readRunState(folder)?.processes ?? []) await endProcess(left, 10_000);
}

/** Lets the next one have the folder. */
export function releaseFolder(folder: string): void {
  rmSync(ownerFile(folder), { force: true });
}

function replaceFile(file: string, content: unknown): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(content, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

function readJson<Content>(file: string): Content | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Content;
  } catch {
    return undefined;
  }
}
