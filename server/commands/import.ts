import { CRS_NAMES, type CrsName } from '../api/shapes.ts';
import { GRID_KINDS } from '../city/index.ts';
import { importCalendar, importCategories, importDuty, type TableReport } from '../cases/index.ts';
import type { Database } from '../db/index.ts';
import { importScheme } from '../kpi/index.ts';
import { badRequest, HekanError } from '../errors.ts';
import type { ImportOutput } from '../files/index.ts';
import {
  formatReport,
  importAddresses,
  importCases,
  importComponents,
  importDivisions,
  importGrids,
  importRecords,
} from '../imports/index.ts';
import { textOption, withDatabase, type Command, type Given } from './command.ts';
import { progressLine } from './progress.ts';
import { stopSignal } from './stop.ts';

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
  kind: text,
  'responsible-property': text,
  'city-name': text,
  'city-name-en': text,
  'time-zone': text,
  standard: text,
  attributes: text,
  map: text,
  dataset: text,
  rejects: text,
  replace: { type: 'boolean' },
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

/** What an import is given. */
interface ImportRun {
  db: Database;
  given: Given;
  files: string[];
  out: ImportOutput;
}

const option = ({ given }: ImportRun, name: string) => textOption(given, name);
const flag = ({ given }: ImportRun, name: string) => given.values[name] === true;

/** The only file. */
function oneFile({ files }: ImportRun): string {
  const [file, ...more] = files;
  if (more.length > 0)
    throw new HekanError('bad_request', `one file at a time: ${more.join(' ')} is too much`, { field: 'FILE' });
  return file!;
}

/** What the file's coordinates are, which cannot be guessed. */
function neededCrs({ given }: ImportRun): CrsName {
  const crs = crsOption(given);
  if (!crs) throw badRequest('--crs', '', `${CRS_NAMES.join(', ')}: the source says which it is, it cannot be guessed`);
  return crs;
}

async function runAddresses(run: ImportRun): Promise<string[]> {
  const options = {
    crs: neededCrs(run),
    replaceDemo: flag(run, 'replace-demo'),
    dataset: option(run, 'dataset'),
    attributes: option(run, 'attributes'),
    rejects: option(run, 'rejects'),
  };
  return formatReport(await importAddresses(run.db, oneFile(run), options, run.out));
}

async function runDivisions(run: ImportRun): Promise<string[]> {
  const options = {
    crs: neededCrs(run),
    replaceDemo: flag(run, 'replace-demo'),
    level: option(run, 'level'),
    levelProperty: option(run, 'level-property'),
    codeProperty: option(run, 'code-property'),
    nameProperty: option(run, 'name-property'),
    nameEnProperty: option(run, 'name-en-property'),
    parentProperty: option(run, 'parent-property'),
    parent: option(run, 'parent'),
    cityName: option(run, 'city-name'),
    cityNameEn: option(run, 'city-name-en'),
    timeZone: option(run, 'time-zone'),
    rejects: option(run, 'rejects'),
  };
  return formatReport(await importDivisions(run.db, oneFile(run), options, run.out));
}

async function runGrids(run: ImportRun): Promise<string[]> {
  const given = option(run, 'kind') ?? '';
  const kind = GRID_KINDS.find((known) => known === given);
  if (!kind) throw badRequest('--kind', given, `one of ${GRID_KINDS.join(', ')}`);
  const replace = flag(run, 'replace');
  if (replace && kind === 'comprehensive')
    throw badRequest('--replace', kind, 'police or duty: unit grids are divisions, which stay');
  const options = {
    kind,
    replace,
    crs: neededCrs(run),
    replaceDemo: flag(run, 'replace-demo'),
    codeProperty: option(run, 'code-property'),
    nameProperty: option(run, 'name-property'),
    nameEnProperty: option(run, 'name-en-property'),
    parentProperty: option(run, 'parent-property'),
    responsibleProperty: option(run, 'responsible-property'),
    rejects: option(run, 'rejects'),
  };
  return formatReport(await importGrids(run.db, oneFile(run), options, run.out));
}

async function runComponents(run: ImportRun): Promise<string[]> {
  const options = {
    crs: neededCrs(run),
    replaceDemo: flag(run, 'replace-demo'),
    replace: flag(run, 'replace'),
    standard: option(run, 'standard'),
    dataset: option(run, 'dataset'),
    rejects: option(run, 'rejects'),
  };
  return formatReport(await importComponents(run.db, oneFile(run), options, run.out));
}

async function runCases(run: ImportRun): Promise<string[]> {
  const map = option(run, 'map');
  if (map === undefined)
    throw badRequest('--map', '', 'a mapping file, or the name of a built-in one: nyc311, boston311');
  const options = {
    map,
    crs: crsOption(run.given),
    replaceDemo: flag(run, 'replace-demo'),
    dataset: option(run, 'dataset'),
    rejects: option(run, 'rejects'),
    dryRun: flag(run, 'dry-run'),
  };
  return formatReport(await importCases(run.db, oneFile(run), options, run.out));
}

async function runRecords(run: ImportRun): Promise<string[]> {
  const map = option(run, 'map');
  if (map === undefined) throw badRequest('--map', '', 'a mapping file');
  const { signal, end } = stopSignal(() =>
    run.out.line('· stopping after the part under way; Ctrl-C again ends at once'),
  );
  const options = {
    map,
    replaceDemo: flag(run, 'replace-demo'),
    dataset: option(run, 'dataset'),
    rejects: option(run, 'rejects'),
    replace: flag(run, 'replace'),
    dryRun: flag(run, 'dry-run'),
    signal,
  };
  try {
    return formatReport(await importRecords(run.db, run.files, options, run.out));
  } finally {
    end();
  }
}

/** What an import of a table of rules did. @param taken what was taken. */
function tableLines(name: string, { file, rows, rejects }: TableReport, taken: string): string[] {
  const reasons = Object.entries(rejects.byReason).map(([reason, n]) => `${n} ${reason.replaceAll('_', ' ')}`);
  return [
    `${name} from ${file}`,
    `  rows read ${rows.read}: ${taken}; ${rows.rejected} rejected${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}`,
    ...(rejects.path === null ? [] : [`  rejects: ${rejects.path}`]),
  ];
}

async function runCategories(run: ImportRun): Promise<string[]> {
  const report = await importCategories(run.db, oneFile(run), { rejects: option(run, 'rejects') }, run.out);
  return tableLines('categories 类别', report, `${report.categories} categories, ${report.limits} limits`);
}

async function runDuty(run: ImportRun): Promise<string[]> {
  const report = await importDuty(run.db, oneFile(run), { rejects: option(run, 'rejects') }, run.out);
  return tableLines('duty matrix 职责矩阵', report, `${report.rows.taken} taken`);
}

async function runCalendar(run: ImportRun): Promise<string[]> {
  const { years, stages } = await importCalendar(run.db, oneFile(run));
  return [
    `working calendar 工作日历: years ${years.join(', ') || 'none'}; limits of stages: ${stages.join(', ') || 'none'}`,
  ];
}

async function runScores(run: ImportRun): Promise<string[]> {
  const { key, version } = await importScheme(run.db, oneFile(run));
  return [`score scheme 评分方案 ${key}: version ${version}`];
}

interface Kind {
  run: (run: ImportRun) => Promise<string[]>;
  /** Options that it has. */
  options: readonly (keyof typeof OPTIONS)[];
}

const KINDS = new Map<string, Kind>([
  [
    'divisions',
    {
      run: runDivisions,
      options: [
        ...(['crs', 'level', 'level-property', 'code-property', 'name-property', 'name-en-property'] as const),
        ...([
          'parent-property',
          'parent',
          'city-name',
          'city-name-en',
          'time-zone',
          'rejects',
          'replace-demo',
        ] as const),
      ],
    },
  ],
  [
    'grids',
    {
      run: runGrids,
      options: [
        ...(['crs', 'kind', 'code-property', 'name-property', 'name-en-property', 'parent-property'] as const),
        ...(['responsible-property', 'rejects', 'replace', 'replace-demo'] as const),
      ],
    },
  ],
  ['addresses', { run: runAddresses, options: ['crs', 'dataset', 'attributes', 'rejects', 'replace-demo'] }],
  ['components', { run: runComponents, options: ['crs', 'standard', 'dataset', 'rejects', 'replace', 'replace-demo'] }],
  ['cases', { run: runCases, options: ['map', 'dataset', 'crs', 'rejects', 'replace-demo', 'dry-run'] }],
  ['categories', { run: runCategories, options: ['rejects'] }],
  ['duty', { run: runDuty, options: ['rejects'] }],
  ['calendar', { run: runCalendar, options: [] }],
  ['scores', { run: runScores, options: [] }],
  ['records', { run: runRecords, options: ['map', 'dataset', 'rejects', 'replace', 'replace-demo', 'dry-run'] }],
]);

/** @throws HekanError('bad_request') for an option that this kind of import does not have. */
function checkOptions(kind: string, { options }: Kind, given: Given): void {
  const known: readonly string[] = options;
  const other = Object.keys(given.values).find((name) => !known.includes(name));
  if (other !== undefined)
    throw badRequest(
      'option',
      `--${other}`,
      `an option of import ${kind}: ${known.map((name) => `--${name}`).join(', ')}`,
    );
}

export const importCommand: Command = {
  usage: `hekan import divisions FILE --crs wgs84|cgcs2000|gcj02|bd09 [--level city|district|street|community|grid]
    [--level-property P] [--code-property P] [--name-property P] [--name-en-property P] [--parent-property P] [--parent CODE]
    [--city-name 名称] [--city-name-en NAME] [--time-zone Asia/Shanghai] [--replace-demo] [--rejects FILE]
  GeoJSON. Properties are found by their usual names (code, adcode, name, 名称, level, parent …) where no option names them.

hekan import grids FILE --crs … --kind comprehensive|police|duty [--code-property P] [--name-property P] [--name-en-property P]
    [--parent-property P] [--responsible-property P] [--replace] [--replace-demo] [--rejects FILE]
  GeoJSON. Unit grids (15 characters) become divisions below their communities; police and duty grids lie over them. --replace ends those of
  the kind that the file lacks.

hekan import components FILE --crs … [--standard 'GB/T 47678.5-2026'] [--dataset KEY] [--replace] [--replace-demo] [--rejects FILE]
  GeoJSON of points and lines, or CSV with code, lng, lat, and name, standard_ref where it has them. Codes of 17 characters (of 16 in the
  older series) are checked. One that changed keeps its history; --replace ends those of the dataset that the file lacks.

hekan import cases FILE --map MAP.json|nyc311|boston311 [--dataset KEY] [--crs …] [--replace-demo] [--dry-run] [--rejects FILE]
  CSV with a mapping of its columns. Run it again with a newer file: what changed is updated, nothing is doubled.

hekan import addresses FILE --crs wgs84|cgcs2000|gcj02|bd09 [--attributes people=P,houses=H,units=U] [--dataset KEY] [--replace-demo]
    [--rejects FILE]
  CSV or GeoJSON of points with code, address or its elements (district … room), lng, lat, and level, confidence, aliases where it has
  them; or OSM .pbf (addr:* of nodes and ways): the places that records are put on. --attributes: counts at the address.

hekan import records FILE… --map MAP.json [--dataset KEY] [--replace] [--replace-demo] [--dry-run] [--rejects FILE]
  CSV or JSON Lines, packed with gzip or not; each record goes onto the place that its address code names. Stopped (Ctrl-C) or killed
  and run again it goes on where it ended. Another FILE adds to the dataset; --replace loads it anew.

hekan import categories FILE [--rejects FILE]
  CSV with the columns standard, kind (component, event, hotline), code, major_zh, name_zh, and major_en, name_en, department (its key),
  condition, area_grade, limit, unit where it has them. A category with several limits has several rows.

hekan import duty FILE [--rejects FILE]
  CSV with standard, kind, code of a category, and division (its code; the whole city where empty), department (key of the lead one),
  assisting (keys, parted by ;), radius_m and window_hours (within which two open cases are proposed as one).

hekan import calendar FILE.json
  Working hours, holidays and make-up days by year, and the limits of stages: docs/workflow.md.

hekan import scores FILE.json
  A scheme of scores: indicators with weights, and the bounds of grades: docs/indicators.md.

  --replace-demo retires the demonstration city. Rows that cannot be taken go to FILE.rejects.csv with line and reason.`,
  options: OPTIONS,
  async run(given) {
    const [kind = '', ...files] = given.positionals;
    const found = KINDS.get(kind);
    if (!found) throw badRequest('what', kind, [...KINDS.keys()].join(', '));
    checkOptions(kind, found, given);
    if (files.length === 0) throw badRequest('FILE', '', 'the path of a file');
    return withDatabase(async (db) => {
      const progress = progressLine();
      const out: ImportOutput = {
        progress: (done, total, note) => progress.show(kind, done, total, note),
        line: (line) => {
          progress.end();
          console.log(line);
        },
      };
      const lines = await found.run({ db, given, files, out }).finally(progress.end);
      for (const line of lines) console.log(line);
      return 0;
    });
  },
};
