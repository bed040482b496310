import { pino, type Logger } from 'pino';
import type { Config } from './config.ts';

/** One JSON line an event, to standard error: standard output is for what a command answers. */
export function makeLog(level: Config['LOG_LEVEL']): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
}
