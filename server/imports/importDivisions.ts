import { basename } from 'node:path';
import { changeCity, foldTally, isTimeZone, recount, refileCases } from '../cases/index.ts';
import {
  isUnnamed,
  isUnzoned,
  levelName,
  mendTree,
  readDivisions,
  readExtent,
  readOrNeutral,
  writeDivisions,
  type Bbox,
  type City,
  type CityNames,
  type DivisionReport,
  type NewDivision,
  type PropertyMap,
  type ReadDivisions,
  type ReadOptions,
  type TreeReport,
  type WriteResult,
} from '../city/index.ts';
import { appendDataEvent, drainOutbox, type Database, type Queryable } from '../db/index.ts';
import { mustRetireDemo, retireDemo } from '../demo/index.ts';
import { badRequest } from '../errors.ts';
import { defaultRejectsPath, Findings, RejectsFile, type ImportOutput } from '../files/index.ts';

export interface DivisionImportOptions extends ReadOptions {
  cityName?: string | undefined;
  cityNameEn?: string | undefined;
  /** IANA name. */
  timeZone?: string | undefined;
  replaceDemo: boolean;
  /** Where rejects go; default: FILE.rejects.csv in the current folder. */
  rejects?: string | undefined;
}

const CHUNK_BYTES = 400_000;
const CHUNK_ROWS = 200;
const LAYERS = ['divisions', 'grids', 'cases'];
/** Refiling tells of the cases itself. */
const REFILED_LAYERS = ['divisions', 'grids'];

/** Outermost first, a level a chunk at most, by size. */
function* inOrder(divisions: readonly NewDivision[]): Generator<NewDivision[]> {
  let chunk: NewDivision[] = [];
  let bytes = 0;
  for (const division of [...divisions].sort((a, b) => a.level - b.level || a.number - b.number)) {
    const full = bytes >= CHUNK_BYTES || chunk.length >= CHUNK_ROWS;
    if (chunk[0] && (full || chunk[0].level !== division.level)) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(division);
    bytes += division.ewkb.length / 2;
  }
  if (chunk.length > 0) yield chunk;
}

async function ensureDataset(client: Queryable, file: string): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `insert into dataset (key, name_zh, name_en, kind, origin) values ($1::text, $2::text, $2::text, 'divisions', 'import')
     on conflict (key) do update set updated_at = now() returning id`,
    [`divisions/${basename(file)}`, basename(file)],
  );
  return rows[0]?.id ?? 0;
}

async function writeAll(db: Database, file: string, divisions: NewDivision[], rejects: RejectsFile, out: ImportOutput) {
  const total: WriteResult = { inserted: [], updated: [], unchanged: 0, refused: [] };
  const datasetId = await ensureDataset(db, file);
  let done = 0;
  for (const chunk of inOrder(divisions)) {
    const result = await db.transaction((client) => writeDivisions(client, datasetId, chunk));
    total.inserted.push(...result.inserted);
    total.updated.push(...result.updated);
    total.unchanged += result.unchanged;
    for (const { division, ...why } of result.refused) {
      const { ewkb: _, number, ...raw } = division;
      rejects.add({ line: number, ...why, raw: JSON.stringify(raw) });
    }
    out.progress((done += chunk.length), divisions.length, 'divisions written');
  }
  await db.query(
    `update dataset set total = d.n, located = d.n from (select count(*) as n from division where dataset_id = $1::int) as d
     where id = $1::int`,
    [datasetId],
  );
  return total;
}

/** A division's code as GB/T 2260 and GB/T 10114 write it: a province's two digits first. */
const CHINESE_CODE = /^(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12])\d{4}(\d{3}){0,2}$/;
const CHINA: Bbox = [73, 3, 136, 54];

/**
 * China has one time zone, and GCJ-02, BD-09, CGCS2000 are China's; so are codes of GB/T 2260 in China's box. Elsewhere the zone is
 * not guessed.
 */
function zoneOf(city: City, { timeZone, crs }: DivisionImportOptions, extent: Bbox, divisions: NewDivision[]): string {
  if (timeZone !== undefined) return timeZone;
  if (!isUnzoned(city)) return city.timeZone;
  const inChina = extent[0] >= CHINA[0] && extent[1] >= CHINA[1] && extent[2] <= CHINA[2] && extent[3] <= CHINA[3];
  const coded = divisions.length > 0 && divisions.every(({ code }) => CHINESE_CODE.test(code));
  return crs !== 'wgs84' || (inChina && coded) ? 'Asia/Shanghai' : city.timeZone;
}

/** Names that the options give. */
function givenNames(options: DivisionImportOptions): CityNames {
  if (options.cityName !== undefined) return { nameZh: options.cityName, nameEn: options.cityNameEn ?? null };
  return { nameZh: null, nameEn: options.cityNameEn ?? null };
}

/** The only city among the divisions, if its name is more than its code. */
async function onlyCity(client: Queryable): Promise<{ nameZh: string; nameEn: string } | null> {
  const { rows } = await client.query<{ nameZh: string; nameEn: string; code: string }>(
    'select name_zh as "nameZh", name_en as "nameEn", code from division where valid_to is null and level = 1 limit 2',
  );
  const [only] = rows;
  return only && rows.length === 1 && only.nameZh !== only.code ? { nameZh: only.nameZh, nameEn: only.nameEn } : null;
}

/** Tree, city row and counts, in one transaction: from one state that fits together to the next. */
async function settle(
  client: Queryable,
  divisions: NewDivision[],
  options: DivisionImportOptions,
): Promise<TreeReport & { city: City }> {
  const city = await readOrNeutral(client);
  const given = givenNames(options);
  const forMade =
    given.nameZh === null && !isUnnamed(city) ? { nameZh: city.nameZh, nameEn: given.nameEn ?? city.nameEn } : given;
  const wanted = new Map(
    divisions.filter(({ level }) => level === 2).map(({ code, parentCode }) => [code, parentCode]),
  );
  const tree = await mendTree(client, wanted, forMade);
  const found = isUnnamed(city) ? await onlyCity(client) : null;
  const nameZh = given.nameZh ?? found?.nameZh ?? city.nameZh;
  const nameEn = given.nameEn ?? given.nameZh ?? found?.nameEn ?? city.nameEn;
  const extent = (await readExtent(client)) ?? city.extent;
  const changed: City = {
    ...city,
    nameZh,
    nameEn,
    extent,
    timeZone: zoneOf(city, options, extent, divisions),
    defaultCrs: options.crs,
    ready: true,
  };
  await changeCity(client, changed);
  if (await standsOnPaths(client, tree.moved)) await recount(client);
  await appendDataEvent(client, 'divisions', LAYERS);
  return { ...tree, city: changed };
}

/** Whether cases are filed under one of these: then they were counted under other parents. */
async function standsOnPaths(client: Queryable, ids: number[]): Promise<boolean> {
  const { rows } = await client.query('select 1 from cases where division_id = any($1::int[]) limit 1', [ids]);
  return rows.length > 0;
}

function propertyNames(map: PropertyMap, options: DivisionImportOptions): Record<string, string> {
  const read = {
    code: map.code ?? 'id',
    name: map.name,
    'English name': map.nameEn,
    level: map.level,
    parent: map.parent,
  };
  const given = {
    level: options.level && `--level ${options.level}`,
    parent: options.parent && `--parent ${options.parent}`,
  };
  return Object.fromEntries(
    Object.entries({ ...read, ...withoutEmpty(given) }).filter((entry): entry is [string, string] => !!entry[1]),
  );
}

function withoutEmpty(values: Record<string, string | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value));
}

function toReport(
  file: string,
  options: DivisionImportOptions,
  read: ReadDivisions,
  written: WriteResult,
  tree: TreeReport & { city: City },
  rejects: RejectsFile,
): DivisionReport {
  const refused = new Set(written.refused.map(({ division }) => division.code));
  const taken = read.divisions.filter(({ code }) => !refused.has(code));
  const byLevel: Record<string, number> = {};
  for (const { level } of taken) byLevel[levelName(level)] = (byLevel[levelName(level)] ?? 0) + 1;
  const { nameZh, nameEn, timeZone } = tree.city;
  return {
    kind: 'divisions',
    file: basename(file),
    sha256: read.sha256,
    crs: options.crs,
    features: {
      read: read.features,
      inserted: written.inserted.length,
      updated: written.updated.length,
      unchanged: written.unchanged,
      rejected: rejects.total,
    },
    byLevel,
    properties: propertyNames(read.properties, options),
    rejects: { path: rejects.total > 0 ? rejects.path : null, byReason: rejects.byReason() },
    repaired: read.repaired,
    changed: written.updated,
    warnings: {},
    madeCities: tree.madeCities,
    parentsByPosition: tree.adopted,
    refiledCases: 0,
    city: { nameZh, nameEn, timeZone },
    notes: [],
    seconds: 0,
  };
}

/**
 * Takes divisions from a GeoJSON file in: checks and repairs the shapes, retires the demonstration where told to, writes them by
 * code, puts the tree in order, and files cases that stood under none. May be killed at any moment and run again; the same file
 * again changes nothing. Codes that the file lacks are left alone.
 * @throws HekanError: bad_request (file, options), conflict (the city is the demonstration and replaceDemo is false).
 */
export async function importDivisions(
  db: Database,
  file: string,
  options: DivisionImportOptions,
  out: ImportOutput,
): Promise<DivisionReport> {
  const began = performance.now();
  const startedAt = new Date();
  if (options.timeZone !== undefined && !isTimeZone(options.timeZone)) {
    throw badRequest('time-zone', options.timeZone, 'an IANA time zone such as Asia/Shanghai');
  }
  await mustRetireDemo(db, options.replaceDemo);
  const rejects = new RejectsFile(options.rejects ?? defaultRejectsPath(file));
  const warnings = new Findings();
  try {
    const read = await readDivisions(db, file, options, { rejects, warnings, out });
    const notes: string[] = [];
    if (await mustRetireDemo(db, options.replaceDemo)) {
      await retireDemo(db, out);
      notes.push('the demonstration (演示数据) was retired');
    }
    const written = await writeAll(db, file, read.divisions, rejects, out);
    const tree = await db.transaction((client) => settle(client, read.divisions, options));
    const changed = new Set([...written.inserted, ...written.updated.map(({ code }) => code)]);
    const { touchNames } = await import('../geocode/index.ts');
    await touchNames(
      db,
      read.divisions.flatMap(({ code, nameZh }) => (changed.has(code) ? [nameZh.slice(0, 100)] : [])),
    );
    const refiledCases = await refileCases(db, (done) => out.progress(done, null, 'cases filed'));
    if (refiledCases > 0) await appendDataEvent(db, 'divisions', REFILED_LAYERS);
    while ((await foldTally(db)) > 0);
    await drainOutbox(db);
    if (isUnzoned(tree.city)) notes.push('time zone: UTC until --time-zone, or an import of cases, says another');
    const seconds = Math.round((performance.now() - began) / 10) / 100;
    const report = {
      ...toReport(file, options, read, written, tree, rejects),
      warnings: warnings.toJSON(),
      refiledCases,
      notes,
      seconds,
    };
    await db.query(
      `insert into import_run (kind, file_name, file_sha256, started_at, finished_at, report)
       values ('divisions', $1::text, $2::text, $3::timestamptz, now(), $4::jsonb)`,
      [basename(file), read.sha256, startedAt, JSON.stringify(report)],
    );
    return report;
  } finally {
    rejects.close();
  }
}
