import type { DemoCity } from '../../demo/types.ts';
import { readCity } from '../city/index.ts';
import type { Database } from '../db/index.ts';
import { loadDemo, type LoadOptions } from '../demo/index.ts';
import { HekanError } from '../errors.ts';
import { instantOption, numberOption, withDatabase, type Command, type Given } from './command.ts';
import { progressLine } from './progress.ts';

export const DEMO_OPTIONS = {
  scale: { type: 'string' },
  seed: { type: 'string' },
  until: { type: 'string' },
  'no-player': { type: 'boolean' },
} as const satisfies Command['options'];

const SEED = 230_200;
/** The smallest scale at which the headline rate holds with 25 open cases in each of 16 districts. */
export const EMBEDDED_SCALE = 0.25;

/** What the options ask for; scale 1 on PostgreSQL, a quarter on the embedded engine. */
export function demoOptions(given: Given, db: Database): LoadOptions {
  return {
    scale: numberOption(given, 'scale', db.engine === 'embedded' ? EMBEDDED_SCALE : 1, 0.01, 10),
    seed: Math.trunc(numberOption(given, 'seed', SEED, 0, 2_147_483_647)),
    until: instantOption(given, 'until') ?? new Date(),
    frozen: given.values['no-player'] === true,
  };
}

/** The demonstration city in memory. Loaded when needed: a real city never pays for it. */
export async function buildDemo(options: Pick<LoadOptions, 'seed' | 'scale' | 'until'>): Promise<DemoCity> {
  const { buildDemoCity } = await import('../../demo/index.ts');
  return buildDemoCity(options);
}

/** Makes the city and shows how far it is. */
export async function makeDemo(db: Database, options: LoadOptions): Promise<DemoCity> {
  console.log(
    `· 演示数据 demonstration data: scale ${options.scale}, seed ${options.seed}, until ${options.until.toISOString()}`,
  );
  const started = Date.now();
  const demo = await buildDemo(options);
  const progress = progressLine();
  await loadDemo(db, demo, options, progress.show);
  progress.end();
  console.log(`· the city is built (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  return demo;
}

export const demoCommand: Command = {
  usage: `hekan demo [--scale N] [--seed N] [--until ISO] [--no-player] [--replace]
  Makes a fictional demonstration city from a seed. --scale 1 has 480,717 accepted cases (default: 1, embedded ${EMBEDDED_SCALE}).
  --until: the instant its year ends (default now). --no-player: its clock stands there. --replace: anew over an old demonstration.`,
  options: { ...DEMO_OPTIONS, replace: { type: 'boolean' } },
  run: (given) =>
    withDatabase(async (db) => {
      const city = await readCity(db);
      if (city?.kind === 'real') {
        throw new HekanError(
          'conflict',
          `${city.nameZh} is a real city: a demonstration would replace it; use another database`,
        );
      }
      if (city?.ready && given.values['replace'] !== true) {
        throw new HekanError('conflict', 'there is a demonstration city already: add --replace to make it anew', {
          field: '--replace',
        });
      }
      await makeDemo(db, demoOptions(given, db));
      return 0;
    }),
};
