import { type Logger, pino } from 'pino';

export type { Logger };

export interface LoggerOptions {
  /** Default: `LOG_LEVEL`, or `info`. */
  readonly level?: string;
  /** A file to append to. Default: standard error, since standard output is for what a command was asked to print. */
  readonly file?: string;
}

/** Logs JSON lines. */
export function createLogger(name: string, options: LoggerOptions = {}): Logger {
  const level = options.level ?? (process.env.LOG_LEVEL || 'info');
  const destination = pino.destination({ dest: options.file ?? 2, mkdir: true, sync: true });
  return pino({ name, level, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}
