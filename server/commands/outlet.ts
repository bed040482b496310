import { readFileSync } from 'node:fs';
import { readCity } from '../city/index.ts';
import { systemClock } from '../db/index.ts';
import { badRequest, HekanError } from '../errors.ts';
import { fileError } from '../files/index.ts';
import {
  compileMapping,
  listOutlets,
  parseOutlet,
  readOutlet,
  readSignal,
  readUpdate,
  removeOutlet,
  retryLetters,
  writeOutlet,
} from '../signals/index.ts';
import { withDatabase, type Command } from './command.ts';

function readJson(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw fileError('file', path, cause);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new HekanError('bad_request', `file: ${path}: no JSON: ${(cause as Error).message}`, {
      field: 'file',
      cause,
    });
  }
}

async function list(): Promise<void> {
  await withDatabase(async (db) => {
    const outlets = await listOutlets(db);
    if (outlets.length === 0) console.log('· nothing is plugged in');
    for (const { key, kind, nameZh, nameEn, owner, enabled, config } of outlets)
      console.log(`${key}  ${kind}  ${nameZh} ${nameEn}  ${owner}  ${config.crs}  ${enabled ? 'enabled' : 'disabled'}`);
  });
}

async function add(path: string): Promise<void> {
  const outlet = parseOutlet(readJson(path));
  await withDatabase((db) => writeOutlet(db, outlet));
  console.log(`· outlet ${outlet.key}: POST /api/signals/${outlet.key}`);
}

async function remove(key: string): Promise<void> {
  await withDatabase((db) => removeOutlet(db, key));
  console.log(`· outlet ${key} is unplugged`);
}

async function retry(key: string): Promise<void> {
  const dead = await withDatabase((db) => retryLetters(db, key, new Date()));
  console.log(`· what its platform was to be told, and photos, are tried again; ${dead} had been given up`);
}

/** What each expression gives for a sample, and what would become of it; writes nothing. */
async function tryOut(key: string, path: string): Promise<void> {
  const sample = readJson(path);
  await withDatabase(async (db) => {
    const [outlet, city] = [await readOutlet(db, key), await readCity(db)];
    if (!city) throw new HekanError('not_ready', 'there is no city yet');
    const update = outlet.config.platform ? await readUpdate(outlet.config.platform, outlet.timeZone, sample) : null;
    if (update) {
      console.log(`· tells of case ${update.caseRef}: ${JSON.stringify(update)}`);
      return;
    }
    const mapper = compileMapping(outlet.config.mapping);
    const { values, problems } = await mapper(sample);
    for (const [field, expression] of Object.entries(outlet.config.mapping)) {
      const name = field as keyof typeof values;
      console.log(
        `${field.padEnd(12)} ${expression}  →  ${problems[name] ?? (values[name] === undefined ? 'nothing' : JSON.stringify(values[name]))}`,
      );
    }
    const signal = { raw: JSON.stringify(sample), mended: null };
    const reading = await readSignal(mapper, outlet, city, signal, systemClock.now());
    console.log(`position     ${outlet.config.crs} → wgs84  →  ${reading.position?.join(', ') ?? 'none'}`);
    console.log(reading.reason === null ? '· would go on to its category' : `· would wait: ${reading.reason}`);
  });
}

const ACTIONS = new Map<string, { run: (...args: [string, string]) => Promise<void>; args: string[] }>([
  ['list', { run: list, args: [] }],
  ['add', { run: add, args: ['FILE'] }],
  ['remove', { run: remove, args: ['KEY'] }],
  ['retry', { run: retry, args: ['KEY'] }],
  ['try', { run: tryOut, args: ['KEY', 'SAMPLE'] }],
]);

export const outletCommand: Command = {
  usage: `hekan outlet list
hekan outlet add FILE.json
  Plugs a source in, or changes the one of this key: docs/signals.md says what the file holds.
hekan outlet remove KEY
  Unplugs a source that has sent nothing yet.
hekan outlet retry KEY
  Tries again what could not be delivered to the platform that runs its cases.
hekan outlet try KEY SAMPLE.json
  Shows step by step what the mapping makes of a sample. Writes nothing.`,
  options: {},
  async run({ positionals }) {
    const [name = '', ...rest] = positionals;
    const action = ACTIONS.get(name);
    if (!action) throw badRequest('action', name, [...ACTIONS.keys()].join(', '));
    const missing = action.args[rest.length];
    if (missing !== undefined)
      throw badRequest(missing, '', `one more word after hekan outlet ${positionals.join(' ')}`);
    if (rest.length > action.args.length)
      throw badRequest('argument', rest[action.args.length] ?? '', `nothing more after hekan outlet ${name} …`);
    await action.run(rest[0] ?? '', rest[1] ?? '');
    return 0;
  },
};
