import type { DemoCase, DemoCity } from '../../demo/types.ts';
import { insertCases, rebuildTally, type NewCase } from '../cases/index.ts';
import { chunked, type Database } from '../db/index.ts';
import { addDataset, type Progress } from './dataset.ts';

const CASE_CHUNK = 2000;
export const CASE_PREFIX = 'DEMO-';

/** Registers a small table of words. @returns id by key. */
async function loadNames(
  db: Database,
  table: 'department' | 'source',
  items: { key: string; nameZh: string; nameEn: string }[],
) {
  const { rows } = await db.query<{ id: number; key: string }>(
    `insert into ${table} (key, name_zh, name_en) select * from unnest($1::text[], $2::text[], $3::text[])
     on conflict (key) do update set name_zh = excluded.name_zh returning id, key`,
    [items.map((i) => i.key), items.map((i) => i.nameZh), items.map((i) => i.nameEn)],
  );
  return new Map(rows.map(({ id, key }) => [key, id]));
}

export interface DemoWords {
  departments: Map<string, number>;
  sources: Map<string, number>;
  categories: Map<string, { id: number; departmentId: number | null }>;
}

/** Departments, sources and categories. */
export async function loadWords(db: Database, city: DemoCity): Promise<DemoWords> {
  const departments = await loadNames(db, 'department', city.departments);
  const sources = await loadNames(db, 'source', city.sources);
  const c = city.categories;
  const { rows } = await db.query<{ id: number; code: string; departmentId: number | null }>(
    `insert into category (standard_ref, kind, code, major_zh, major_en, name_zh, name_en, limit_hours, department_id)
     select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::float8[], $9::int[])
     returning id, code, department_id as "departmentId"`,
    [
      c.map((x) => x.standardRef),
      c.map((x) => x.kind),
      c.map((x) => x.code),
      c.map((x) => x.majorZh),
      c.map((x) => x.majorEn),
      c.map((x) => x.nameZh),
      c.map((x) => x.nameEn),
      c.map((x) => x.limitHours),
      c.map((x) => departments.get(x.departmentKey) ?? null),
    ],
  );
  return { departments, sources, categories: new Map(rows.map(({ code, ...rest }) => [code, rest])) };
}

function toNewCase(
  c: DemoCase,
  id: number,
  words: DemoWords,
  ids: Map<string, number>,
  dayOf: (at: number) => string,
): NewCase {
  const at = (ms: number | null) => (ms === null ? null : new Date(ms));
  return {
    id,
    externalId: c.externalId,
    caseNo: `${CASE_PREFIX}${dayOf(c.reportedAt)}-${String(id).padStart(7, '0')}`,
    sourceId: words.sources.get(c.sourceKey)!,
    categoryId: words.categories.get(c.categoryCode)!.id,
    departmentId: words.departments.get(c.departmentKey) ?? null,
    divisionId: ids.get(c.gridCode) ?? 0,
    lng: c.lng,
    lat: c.lat,
    address: c.addressZh,
    description: c.descriptionZh,
    status: c.status,
    reportedAt: new Date(c.reportedAt),
    acceptedAt: at(c.acceptedAt),
    filedAt: at(c.filedAt),
    dispatchedAt: at(c.dispatchedAt),
    yellowAt: at(c.yellowAt),
    dueAt: at(c.dueAt),
    handledAt: at(c.handledAt),
    closedAt: at(c.closedAt),
    reworks: c.reworks,
    updatedAt: new Date(c.steps.at(-1)?.at ?? c.reportedAt),
    steps: c.steps.map((step) => ({ ...step, at: new Date(step.at) })),
  };
}

/** YYYYMMDD at UTC+8: the demonstration's zone has no summer time. */
function demoDay(at: number): string {
  return new Date(at + 8 * 3_600_000).toISOString().slice(0, 10).replaceAll('-', '');
}

/** Cases with their steps, then the counts, once. @param total about how many there will be. */
export async function loadCases(
  db: Database,
  city: DemoCity,
  words: DemoWords,
  ids: Map<string, number>,
  total: number,
  onProgress: Progress,
) {
  const datasetId = await addDataset(db, ['demo-cases', '演示案卷', 'Demonstration cases', 'cases', null, null]);
  let id = 0;
  for (const chunk of chunked(city.cases(), CASE_CHUNK)) {
    const cases = chunk.map((c) => toNewCase(c, ++id, words, ids, demoDay));
    await db.transaction((client) => insertCases(client, datasetId, cases, false));
    onProgress('cases', id, total);
  }
  await db.query(`select setval(pg_get_serial_sequence('cases', 'id'), $1::bigint)`, [Math.max(id, 1)]);
  await db.transaction((client) => rebuildTally(client, (done, of) => onProgress('counts', done, of)));
}
