import { CRS_NAMES, type CrsName } from '../api/shapes.ts';
import type { Database } from '../db/index.ts';
import { badRequest, HekanError } from '../errors.ts';
import type { ImportOutput } from '../files/index.ts';
import { formatReport, importCases, importDivisions } from '../imports/index.ts';
import { textOption, withDatabase, type Command, type Given } from './command.ts';
import { progressLine } from './progress.ts';

const text = { type: 'string' } as const;

const OPTIONS = {
  crs: text,
  level: text,
  'level-property': text,
  'code-property': text,
  'name-property': text,
  'name-en-property': text,
  'parent-property': text,
  parent: text,
  'city-name': text,
  'city-name-en': text,
  'time-zone': text,
  map: text,
  dataset: text,
  rejects: text,
  'replace-demo': { type: 'boolean' },
  'dry-run': { type: 'boolean' },
} as const satisfies Command['options'];

function crsOption(given: Given): CrsName | undefined {
  const name = textOption(given, 'crs');
  if (name === undefined) return undefined;
  const found = CRS_NAMES.find((crs) => crs === name.toLowerCase());
  if (!found) throw badRequest('--crs', name, `one of ${CRS_NAMES.join(', ')}`);
  return found;
}

async function runImport(db: Database, given: Given, kind: string, file: string, out: ImportOutput): Promise<string[]> {
  const option = (name: string) => textOption(given, name);
  const replaceDemo = given.values['replace-demo'] === true;
  if (kind === 'divisions') {
    const crs = crsOption(given);
    if (!crs)
      throw badRequest('--crs', '', `${CRS_NAMES.join(', ')}: the source says which it is, it cannot be guessed`);
    const report = await importDivisions(
      db,
      file,
      {
        crs,
        replaceDemo,
        level: option('level'),
        levelProperty: option('level-property'),
        codeProperty: option('code-property'),
        nameProperty: option('name-property'),
        nameEnProperty: option('name-en-property'),
        parentProperty: option('parent-property'),
        parent: option('parent'),
        cityName: option('city-name'),
        cityNameEn: option('city-name-en'),
        timeZone: option('time-zone'),
        rejects: option('rejects'),
      },
      out,
    );
    return formatReport(report);
  }
  const map = option('map');
  if (map === undefined)
    throw badRequest('--map', '', 'a mapping file, or the name of a built-in one: nyc311, boston311');
  const dryRun = given.values['dry-run'] === true;
  const options = {
    map,
    crs: crsOption(given),
    replaceDemo,
    dataset: option('dataset'),
    rejects: option('rejects'),
    dryRun,
  };
  return formatReport(await importCases(db, file, options, out));
}

export const importCommand: Command = {
  usage: `hekan import divisions FILE --crs wgs84|cgcs2000|gcj02|bd09 [--level city|district|street|community|grid]
    [--level-property P] [--code-property P] [--name-property P] [--name-en-property P] [--parent-property P] [--parent CODE]
    [--city-name 名称] [--city-name-en NAME] [--time-zone Asia/Shanghai] [--replace-demo] [--rejects FILE]
  GeoJSON. Properties are found by their usual names (code, adcode, name, 名称, level, parent …) where no option names them.

hekan import cases FILE --map MAP.json|nyc311|boston311 [--dataset KEY] [--crs …] [--replace-demo] [--dry-run] [--rejects FILE]
  CSV with a mapping of its columns. Run it again with a newer file: what changed is updated, nothing is doubled.

  --replace-demo retires the demonstration city. Rows that cannot be taken go to FILE.rejects.csv with line and reason.`,
  options: OPTIONS,
  async run(given) {
    const [kind, file, ...more] = given.positionals;
    if (kind !== 'divisions' && kind !== 'cases') throw badRequest('what', kind ?? '', 'divisions or cases');
    if (file === undefined) throw badRequest('FILE', '', 'the path of a file');
    if (more.length > 0)
      throw new HekanError('bad_request', `one file at a time: ${more.join(' ')} is too much`, { field: 'FILE' });
    return withDatabase(async (db) => {
      const progress = progressLine();
      const out: ImportOutput = {
        progress: (done, total, note) => progress.show(kind, done, total, note),
        line: (line) => {
          progress.end();
          console.log(line);
        },
      };
      const lines = await runImport(db, given, kind, file, out).finally(progress.end);
      for (const line of lines) console.log(line);
      return 0;
    });
  },
};
