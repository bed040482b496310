import type { Logger } from 'pino';
import type { DemoCity } from '../../demo/types.ts';
import { readCity, type City } from '../city/index.ts';
import { fixedClock, systemClock, type Database } from '../db/index.ts';
import { lastChange, startPlayer } from '../demo/index.ts';
import { HekanError } from '../errors.ts';
import { ensurePages } from '../../tools/pages.ts';
import { makeLog } from '../log.ts';
import { checkPort, startServer } from '../main.ts';
import { workerCount } from '../workers.ts';
import { openCityDatabase, readConfig, type Command, type Given } from './command.ts';
import { buildDemo, DEMO_OPTIONS, demoOptions, makeDemo } from './demo.ts';

/** The city's builder is needed again to go on living it. */
async function playerOf(db: Database, city: City, built: DemoCity | null, log: Logger): Promise<() => Promise<void>> {
  const { demoSeed: seed, demoScale: scale, demoUntil: until } = city;
  if (seed === null || scale === null || until === null) return async () => undefined;
  const demo = built ?? (await buildDemo({ seed, scale, until }));
  return startPlayer(db, demo, scale, systemClock, (err) => log.warn({ err }, 'player waits'));
}

/** Pages are built beside the city: both take their time at a first start. */
async function buildPages(): Promise<void> {
  const started = Date.now();
  const built = await ensurePages().catch((cause: unknown) => {
    throw new HekanError('setup', `the pages cannot be built: ${(cause as Error).message}`, { cause });
  });
  if (built) console.log(`· pages built (${((Date.now() - started) / 1000).toFixed(1)} s)`);
}

/** Serves until a signal comes. */
async function serveCity(given: Given, makeMissing: boolean): Promise<number> {
  const config = readConfig();
  const log = makeLog(config.LOG_LEVEL);
  await checkPort(config.HOST, config.PORT);
  const pages = makeMissing ? buildPages() : Promise.resolve();
  // It is awaited below; until then a failure must not end the process by itself.
  pages.catch(() => undefined);
  const db = await openCityDatabase(config);
  let city = await readCity(db);
  let built: DemoCity | null = null;
  if (makeMissing && !(city && (city.ready || city.kind === 'real'))) {
    built = await makeDemo(db, demoOptions(given, db));
    city = await readCity(db);
  }
  await pages;
  const still = given.values['no-player'] === true && city?.kind === 'demo' && !city.frozenAt;
  const clock = still ? fixedClock(await lastChange(db)) : undefined;
  const server = await startServer(db, config, log, clock, workerCount(db, config)).catch(async (error: unknown) => {
    await db.close();
    throw error;
  });
  let stopPlayer: () => Promise<void> = async () => undefined;
  if (city?.kind === 'demo' && !city.frozenAt && given.values['no-player'] !== true) {
    playerOf(db, city, built, log).then(
      (stop) => {
        stopPlayer = stop;
      },
      (err: unknown) => log.error({ err }, 'no player'),
    );
  }
  console.log(
    `\n鹤瞰 Hekan: ${city ? `${city.nameZh} ${city.nameEn}` : 'no city yet'}${city?.kind === 'demo' ? ' (演示数据 demonstration data)' : ''}`,
  );
  console.log(
    `  ${server.url}/wall    the command-centre wall\n  ${server.url}/        everything there is\n  Ctrl-C ends it.\n`,
  );
  await new Promise<void>((done) => {
    process.once('SIGINT', () => done());
    process.once('SIGTERM', () => done());
  });
  console.log('· stopping');
  await stopPlayer();
  await server.close();
  await db.close();
  return 0;
}

export const serveCommand: Command = {
  usage: `hekan serve [--no-player]
  Runs the server (PORT, HOST) on the city that the database holds.`,
  options: { 'no-player': { type: 'boolean' } },
  run: (given) => serveCity(given, false),
};

export const startCommand: Command = {
  usage: `hekan start [--scale N] [--seed N] [--until ISO] [--no-player]
  Like serve; where there is no city yet, a demonstration is made first.`,
  options: DEMO_OPTIONS,
  run: (given) => serveCity(given, true),
};
