import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** A process and when it began: a process id alone may have gone to another process since. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly started: string;
}

/** Who a process is, or `undefined` when there is no such process (any more). */
export function identify(pid: number): ProcessIdentity | undefined {
  const started = existsSync('/proc/self/stat') ? startedByProc(pid) : startedByPs(pid);
  return started === undefined ? undefined : { pid, started };
}

/** Whether that very process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.started === identity.started;
}

/** Asks a process to stop, waits, and kills it when it didn't by the deadline. Any other process is left alone. */
export async function endProcess(identity: ProcessIdentity, deadlineMs: number): Promise<void> {
  signal(identity, 'SIGTERM');
  const deadline = Date.now() + deadlineMs;
  while (isRunning(identity)) {
    if (Date.now() > deadline) signal(identity, 'SIGKILL');
    await wait(50);
  }
}

function signal(identity: ProcessIdentity, name: NodeJS.Signals): void {
  if (!isRunning(identity)) return;
  try {
    process.kill(identity.pid, name);
  } catch (error) {
    // It ended in between.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function startedByProc(pid: number): string | undefined {
  try {
    // The second field is the name, which may hold spaces and brackets: count from behind it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const [state] = fields;
    return state === 'Z' || state === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function startedByPs(pid: number): string | undefined {
  try {
    const [state, ...started] = execFileSync('ps', ['-p', String(pid), '-o', 'state=,lstart='], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .trim()
      .split(/\s+/);
    return state === undefined || state.startsWith('Z') ? undefined : started.join(' ');
  } catch {
    return undefined;
  }
}
