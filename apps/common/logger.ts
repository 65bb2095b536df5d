import { type Logger, pino } from 'pino';

export type { Logger };

/** JSON lines on standard error: standard output is for what a command was asked to print. */
export function createLogger(name: string, level: string = process.env.LOG_LEVEL || 'info'): Logger {
  return pino({ name, level, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 2, sync: true }));
}
