/** Addresses: parser, matcher, index and autocomplete over a made-up city of a million addresses, files on two threads, and accuracy on a
 * truth set that knows nothing of the parser. One core but for the files.
 * Run: node --expose-gc bench/geocode.ts [--addresses 1000000] [--others FOLDER] (writes bench/results/geocode.json). */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { AddressBase, Matcher, Suggester } from '../server/geocode/index.ts';
import { buildAddressCity, standardText } from './lib/addresses/city.ts';
import { truthCases } from './lib/addresses/noise.ts';
import { measureBatch } from './lib/addresses/batch.ts';
import { compareParsers } from './lib/addresses/others.ts';
import { baseOf, levelTable, scoreOf } from './lib/addresses/score.ts';
import { quantile, randomFrom } from './lib/random.ts';

const SEED = 20261124;
const TEXTS = 100_000;
const ROUNDS = 5;
const { values: options } = parseArgs({
  options: { addresses: { type: 'string', default: '1000000' }, others: { type: 'string' } },
});

/** The best of some rounds, a second: what else runs on the machine only takes away. */
function perSecond(texts: readonly string[], work: (text: string) => unknown): number {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (const text of texts) work(text);
    best = Math.min(best, performance.now() - start);
  }
  return Math.round((texts.length / best) * 1000);
}

/** In a process of its own, which holds nothing else. */
function measureMemory(size: number): { mb: number; [piece: string]: number } {
  const script = new URL('lib/addresses/memory.ts', import.meta.url);
  const out = execFileSync(process.execPath, ['--expose-gc', script.pathname, String(size)], { encoding: 'utf8' });
  return JSON.parse(out) as { mb: number };
}

function buildBase(size: number) {
  const { divisions, addresses } = buildAddressCity(SEED, size, true);
  const base = new AddressBase({ divisions });
  const start = performance.now();
  const held = addresses.slice(0, size);
  for (const a of held)
    base.add({ code: a.code, text: standardText(a), lng: a.lng, lat: a.lat, divisionId: a.divisionId });
  const buildS = (performance.now() - start) / 1000;
  const texts = (complete: boolean): string[] =>
    Array.from(truthCases(held, SEED, TEXTS, complete), ({ text }) => text);
  return { base, buildS, complete: texts(true), noisy: texts(false) };
}

/** Every start of addresses, as one types them. */
function measureSuggest(base: AddressBase, texts: readonly string[]) {
  const suggester = new Suggester(base);
  suggester.suggest('中');
  const random = randomFrom(SEED);
  const times: number[] = [];
  for (let i = 0; i < 3000; i++) {
    const text = texts[Math.floor(random() * texts.length)]!.replace(/^黑龙江省/, '');
    for (let end = 1; end <= Math.min(text.length, 24); end += 2) {
      const start = performance.now();
      suggester.suggest(text.slice(0, end));
      times.push(performance.now() - start);
    }
  }
  times.sort((a, b) => a - b);
  return { starts: times.length, p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99), maxMs: times.at(-1) };
}

function measureAccuracy(rooms: boolean) {
  const city = buildAddressCity(SEED + 1, 60_000, rooms);
  const base = baseOf(city);
  const run = (complete: boolean) => {
    const scored = scoreOf(base, truthCases(city.addresses, SEED + 2, 30_000, complete));
    const { missed: _, byLevel: __, ...score } = scored;
    const rates = {
      rightOfAnswerable: score.right / score.answerable,
      rightSureOfAnswerable: score.rightSure / score.answerable,
      wrongSureOfAll: score.wrongSure / score.cases,
      wrongUnsureOfAll: score.wrongUnsure / score.cases,
    };
    return { ...rates, levels: levelTable(scored), ...score };
  };
  return { addresses: city.addresses.length, complete: run(true), noisy: run(false) };
}

/** Precision and recall, and what others read, as tables. */
function print({ accuracy, others }: Pick<typeof results, 'accuracy' | 'others'>): void {
  for (const [city, { complete: clean, noisy: damaged }] of Object.entries(accuracy))
    for (const [texts, { levels }] of Object.entries({ complete: clean, noisy: damaged })) {
      console.log(`\nA city of ${city}, ${texts} addresses: precision and recall by level`);
      console.table(levels);
    }
  console.log('\nRight, of the texts that hold the element');
  console.table(Object.fromEntries(Object.entries(others.readers).map(([name, one]) => [name, one.right])));
}

const size = Number(options.addresses);
const memory = measureMemory(size);
const { base, buildS, complete, noisy } = buildBase(size);
const matcher = new Matcher(base);
const results = {
  addresses: base.rows,
  index: { buildS, ...memory },
  perSecond: {
    parseComplete: perSecond(complete, (text) => base.parser.parse(text)),
    parseNoisy: perSecond(noisy, (text) => base.parser.parse(text)),
    matchComplete: perSecond(complete, (text) => matcher.match(text)),
    matchNoisy: perSecond(noisy, (text) => matcher.match(text)),
  },
  suggest: measureSuggest(base, complete),
  batch: await measureBatch(SEED, size, [...complete, ...noisy]),
  accuracy: { buildings: measureAccuracy(false), rooms: measureAccuracy(true) },
  others: compareParsers(SEED, options.others),
};
const { accuracy, others, ...figures } = results;
console.log(JSON.stringify(figures, null, 2));
print({ accuracy, others });
const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length };
const folder = new URL('results/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(
  new URL('geocode.json', folder),
  `${JSON.stringify({ node: process.version, machine, results }, null, 2)}\n`,
);
