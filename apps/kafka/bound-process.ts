import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

export interface BoundProcessOptions {
  readonly command: string;
  readonly arguments: readonly string[];
  /** Takes what the process writes; a file, so that it outlives the parent. */
  readonly logFile: string;
  /** How the process is tied to this one: `kernel` needs Linux. Default: `kernel` where it can be had. */
  readonly binding?: Binding | undefined;
}

export type Binding = 'kernel' | 'watchdog';

/**
 * Starts a process that ends when this one does, however this one ends. It is in a session of its own: Ctrl-C in the
 * terminal reaches only this process, which stops the others in their order.
 */
export function spawnBound(options: BoundProcessOptions): ChildProcess {
  const binding = options.binding ?? defaultBinding();
  const log = openSync(options.logFile, 'a');
  try {
    const stdio = ['ignore', log, log] as const;
    if (binding === 'kernel') {
      const bound = ['--pdeathsig', 'TERM', options.command, ...options.arguments];
      return spawn('setpriv', bound, { stdio: [...stdio], detached: true });
    }
    const child = spawn(options.command, options.arguments, { stdio: [...stdio], detached: true });
    if (child.pid !== undefined) watch(child, child.pid);
    return child;
  } finally {
    closeSync(log);
  }
}

/** Ends the process when its parent is gone: the pipe from the parent closes then, by whatever it ended. */
const watchdog = `
  read -r _
  kill -TERM "$1" 2>/dev/null
  for _ in 1 2 3 4 5 6 7 8 9 10; do sleep 1; kill -0 "$1" 2>/dev/null || exit 0; done
  kill -KILL "$1" 2>/dev/null
`;

function watch(child: ChildProcess, pid: number): void {
  const guard = spawn('sh', ['-c', watchdog, 'watchdog', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  // The process id is free for another process from now on.
  child.once('exit', () => guard.kill('SIGKILL'));
}

let found: Binding | undefined;

function defaultBinding(): Binding {
  found ??=
    process.platform === 'linux' && spawnSync('setpriv', ['--pdeathsig', 'TERM', 'true']).status === 0
      ? 'kernel'
      : 'watchdog';
  return found;
}
