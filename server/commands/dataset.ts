import { CLASSES } from '../api/shapes.ts';
import { badRequest } from '../errors.ts';
import { deleteDataset, listDatasets, setTheme } from '../records/index.ts';
import { withDatabase, type Command, type Given } from './command.ts';

const n = (value: number) => value.toLocaleString('en-US');

function keyOf({ positionals }: Given): string {
  const key = positionals[1];
  if (key === undefined) throw badRequest('KEY', '', 'the key of a dataset of records (see: hekan dataset list)');
  return key;
}

/** @throws HekanError('bad_request') unless there is either a theme or --none. */
function themeOf({ positionals, values }: Given): string | null {
  const theme = positionals[2]?.trim();
  if (values['none'] === true && theme === undefined) return null;
  if (!theme || values['none'] === true) throw badRequest('THEME', theme ?? '', 'a theme, or --none instead');
  return theme;
}

async function list(): Promise<void> {
  await withDatabase(async (db) => {
    const datasets = await listDatasets(db);
    if (datasets.length === 0) console.log('· no datasets of records');
    for (const { key, nameZh, nameEn, classIndex, theme, total, located } of datasets)
      console.log(
        `${key}  ${nameZh} ${nameEn}  ${CLASSES[classIndex] ?? ''}  theme ${theme ?? '-'}  ${n(total)} records, ${n(located)} located`,
      );
  });
}

async function remove(given: Given): Promise<void> {
  const key = keyOf(given);
  await withDatabase((db) => deleteDataset(db, key));
  console.log(`· dataset ${key} is deleted`);
}

async function theme(given: Given): Promise<void> {
  const [key, name] = [keyOf(given), themeOf(given)];
  await withDatabase((db) => setTheme(db, key, name));
  console.log(`· dataset ${key}: theme ${name ?? 'none'}`);
}

const ACTIONS = new Map<string, { run: (given: Given) => Promise<void>; words: number }>([
  ['list', { run: list, words: 1 }],
  ['delete', { run: remove, words: 2 }],
  ['theme', { run: theme, words: 3 }],
]);

export const datasetCommand: Command = {
  usage: `hekan dataset list
hekan dataset delete KEY
  Takes away the records of a dataset, and exactly what they added to the counts.
hekan dataset theme KEY THEME|--none
  Moves a dataset into a theme, or out of any.`,
  options: { none: { type: 'boolean' } },
  async run(given) {
    const [name = '', ...rest] = given.positionals;
    const action = ACTIONS.get(name);
    if (!action) throw badRequest('action', name, [...ACTIONS.keys()].join(', '));
    if (rest.length >= action.words)
      throw badRequest('argument', rest[action.words - 1] ?? '', `nothing more after hekan dataset ${name} …`);
    await action.run(given);
    return 0;
  },
};
