/** One of the processes that answer, started by workers.ts. Its only argument: the instant at which the city stands still. */
import { parseConfig } from './config.ts';
import { fixedClock, openDatabase } from './db/index.ts';
import { makeLog } from './log.ts';
import { startHttp } from './main.ts';

try {
  const config = parseConfig(process.env);
  const log = makeLog(config.LOG_LEVEL);
  const db = await openDatabase({
    url: config.DATABASE_URL,
    folder: config.HEKAN_DATA,
    poolSize: config.HEKAN_POOL,
    readers: config.HEKAN_READERS,
  });
  const at = process.argv[2];
  const server = await startHttp(db, config, log, at === undefined ? undefined : fixedClock(new Date(at)));
  // Ctrl-C in a terminal reaches every process: the primary decides when we end.
  process.on('SIGINT', () => undefined);
  const stop = async () => {
    await server.close();
    await db.close();
    process.exit(0);
  };
  process.once('SIGTERM', () => void stop());
  process.once('disconnect', () => void stop());
} catch (error) {
  process.send?.({ failed: (error as Error).message });
  process.exitCode = 1;
  process.disconnect();
}
