import { GRID_KINDS } from '../../city/index.ts';
import { badRequest } from '../../errors.ts';
import { formatReport, importAddresses, importComponents, importDivisions, importGrids } from '../../imports/index.ts';
import { flag, neededCrs, oneFile, option, type ImportKind, type ImportRun } from './run.ts';

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

const divisions: ImportKind = {
  usage: `hekan import divisions FILE --crs wgs84|cgcs2000|gcj02|bd09 [--level city|district|street|community|grid]
    [--level-property P] [--code-property P] [--name-property P] [--name-en-property P] [--parent-property P] [--parent CODE]
    [--city-name 名称] [--city-name-en NAME] [--time-zone Asia/Shanghai] [--replace-demo] [--rejects FILE]
  GeoJSON. Properties are found by their usual names (code, adcode, name, 名称, level, parent …) where no option names them.`,
  options: [
    'crs',
    'level',
    'level-property',
    'code-property',
    'name-property',
    'name-en-property',
    'parent-property',
    'parent',
    'city-name',
    'city-name-en',
    'time-zone',
    'rejects',
    'replace-demo',
  ],
  run: runDivisions,
};

const grids: ImportKind = {
  usage: `hekan import grids FILE --crs … --kind comprehensive|police|duty [--code-property P] [--name-property P] [--name-en-property P]
    [--parent-property P] [--responsible-property P] [--replace] [--replace-demo] [--rejects FILE]
  GeoJSON. Unit grids (15 characters) become divisions below their communities; police and duty grids lie over them. --replace ends those of
  the kind that the file lacks.`,
  options: [
    'crs',
    'kind',
    'code-property',
    'name-property',
    'name-en-property',
    'parent-property',
    'responsible-property',
    'rejects',
    'replace',
    'replace-demo',
  ],
  run: runGrids,
};

const addresses: ImportKind = {
  usage: `hekan import addresses FILE --crs wgs84|cgcs2000|gcj02|bd09 [--attributes people=P,houses=H,units=U] [--dataset KEY] [--replace-demo]
    [--rejects FILE]
  CSV or GeoJSON of points with code, address or its elements (district … room), lng, lat, and level, confidence, aliases where it has
  them; or OSM .pbf (addr:* of nodes and ways): the places that records are put on. --attributes: counts at the address.`,
  options: ['crs', 'dataset', 'attributes', 'rejects', 'replace-demo'],
  run: runAddresses,
};

const components: ImportKind = {
  usage: `hekan import components FILE --crs … [--standard 'GB/T 47678.5-2026'] [--dataset KEY] [--replace] [--replace-demo] [--rejects FILE]
  GeoJSON of points and lines, or CSV with code, lng, lat, and name, standard_ref where it has them. Codes of 17 characters (of 16 in the
  older series) are checked. One that changed keeps its history; --replace ends those of the dataset that the file lacks.`,
  options: ['crs', 'standard', 'dataset', 'rejects', 'replace', 'replace-demo'],
  run: runComponents,
};

/** Where things are. */
export const PLACE_KINDS = { divisions, grids, addresses, components };
