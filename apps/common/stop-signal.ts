import { setTimeout as wait } from 'node:timers/promises';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Aborts with the first Ctrl-C, SIGTERM or hang-up that the process gets. `npm run` sends the terminal's Ctrl-C a second time:
 * what comes within a second of the first counts as the same one. A later one ends the process at once.
 */
export function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    stopping.abort(new Error(`Stopped by ${signal}.`));
    void wait(1000, undefined, { ref: false }).then(() => {
      for (const name of signals) process.off(name, onSignal);
    });
  };
  for (const name of signals) process.on(name, onSignal);
  return stopping.signal;
}
