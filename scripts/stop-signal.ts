import { setTimeout as wait } from 'node:timers/promises';

/**
 * Waits for the first Ctrl-C, SIGTERM or hang-up. `npm run` sends the terminal's Ctrl-C a second time: what comes within a
 * second of the first counts as the same one. A later one ends the process at once.
 */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    const onSignal = (signal: NodeJS.Signals) => {
      resolve(signal);
      void wait(1000, undefined, { ref: false }).then(() => {
        for (const name of signals) process.off(name, onSignal);
      });
    };
    for (const name of signals) process.on(name, onSignal);
  });
}
