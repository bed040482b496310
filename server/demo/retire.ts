import { codeOfCell, coarsenCodes } from '../../tiles/codes.ts';
import { endProposals, NEUTRAL_CITY, readCity, writeCity } from '../city/index.ts';
import { appendDataEvent, drainOutbox, type Database, type Queryable } from '../db/index.ts';
import { HekanError } from '../errors.ts';
import type { ImportOutput } from '../files/index.ts';
import { dropAllRecords, dropGeneration, rebuildDensity } from '../records/index.ts';
import { beginSealsAnew, CASE_LAYERS, recount } from '../cases/index.ts';
import { beginSnapshotsAnew } from '../kpi/index.ts';
import { ALL_LAYERS, CITY_TABLES } from './tables.ts';

const CHUNK = 1000;
/** Dirty codes told of one chunk. */
const MAX_DIRTY = 200;

const DEMO_DATASETS = `select id from dataset where origin = 'demo'`;

/** What goes after the cases. The datasets go last of all: whatever an interruption leaves still leads back to them. */
const DELETES: [what: string, sql: string][] = [
  [
    'places',
    `delete from place where ctid = any(array(select ctid from place where dataset_id in (${DEMO_DATASETS}) limit ${CHUNK * 2}))`,
  ],
  [
    'divisions',
    `delete from division where id in (select id from division where dataset_id in (${DEMO_DATASETS}) limit ${CHUNK})`,
  ],
  [
    'base map',
    `delete from base_feature where id in (select id from base_feature where dataset_id in (${DEMO_DATASETS}) limit ${CHUNK})`,
  ],
];

async function hasDemoRows(client: Queryable): Promise<boolean> {
  const { rows } = await client.query("select 1 from dataset where origin = 'demo' limit 1");
  return rows.length > 0;
}

/**
 * Says no to real data beside a demonstration, whose figures would then be of neither.
 * @returns whether there is a demonstration, or the rest of one, to retire first.
 * @throws HekanError('conflict') unless `replaceDemo`.
 */
export async function mustRetireDemo(client: Queryable, replaceDemo: boolean): Promise<boolean> {
  const city = await readCity(client);
  if (city?.kind === 'demo' && !replaceDemo) {
    throw new HekanError(
      'conflict',
      `this city is the demonstration ${city.nameZh} (${city.nameEn}); real data beside it would make every figure wrong: ` +
        'add --replace-demo to retire the demonstration, or import into another database',
      { field: 'replace-demo', given: 'false' },
    );
  }
  return city?.kind === 'demo' || (await hasDemoRows(client));
}

/** Marks the city real, first of all: the demonstration's player sees it in its next transaction and stops. */
async function markReal(client: Queryable): Promise<void> {
  const city = await readCity(client);
  if (city?.kind === 'demo') await writeCity(client, NEUTRAL_CITY);
}

/** @returns whether everything went at once. */
async function truncateAll(client: Queryable): Promise<boolean> {
  const { rows } = await client.query<{ real: boolean }>(
    "select exists (select 1 from dataset where origin <> 'demo') as real",
  );
  if (rows[0]?.real) return false;
  await dropAllRecords(client);
  await client.query(`truncate ${CITY_TABLES.join(', ')}`);
  return true;
}

/** Cases with their steps: a step without its case would be found by nobody. Tells which. */
async function deleteCases(client: Queryable): Promise<number> {
  const { rows } = await client.query<{ id: number; cell: string | null }>(
    `with gone as (
       delete from cases where id in (select id from cases where dataset_id in (${DEMO_DATASETS}) order by id limit ${CHUNK / 2})
       returning id, cell
     ), steps as (delete from step where case_id in (select id from gone)),
     was as (delete from case_was where case_id in (select id from gone))
     select id::float8 as id, cell::text as cell from gone`,
  );
  if (rows.length === 0) return 0;
  const codes = rows.flatMap(({ cell }) => (cell === null ? [] : [codeOfCell(BigInt(cell))]));
  const caseIds = rows.map(({ id }) => id);
  await appendDataEvent(client, 'demo retired', CASE_LAYERS, { dirty: coarsenCodes(codes, MAX_DIRTY), caseIds });
  return rows.length;
}

async function deleteInChunks(db: Database, out: ImportOutput): Promise<void> {
  for (let n = -1, done = 0; n !== 0; done += n) {
    n = await db.transaction(deleteCases);
    if (n > 0) out.progress(done + n, null, 'demonstration cases retired');
  }
  await db.transaction(dropDemoRecords);
  for (const [what, sql] of DELETES) {
    for (let n = -1, done = 0; n !== 0; done += n) {
      n = (await db.query(sql)).rowCount ?? 0;
      if (n > 0) out.progress(done + n, null, `demonstration ${what} retired`);
    }
  }
}

/** Their counts are made anew at the end. */
async function dropDemoRecords(client: Queryable): Promise<void> {
  const { rows } = await client.query<{ id: number }>(
    `select id from dataset_generation where dataset_id in (${DEMO_DATASETS}) order by id`,
  );
  for (const { id } of rows) await dropGeneration(client, id);
}

/** What only the demonstration used, its datasets last, and the counts anew. */
async function deleteRest(client: Queryable): Promise<void> {
  await client.query('delete from category g where not exists (select 1 from cases where category_id = g.id)');
  await client.query('delete from source s where not exists (select 1 from cases where source_id = s.id)');
  await client.query(
    `delete from department d where not exists (select 1 from cases where department_id = d.id)
       and not exists (select 1 from category where department_id = d.id)`,
  );
  for (const table of ['time_limit', 'duty', 'duplicate_rule', 'signal_category'])
    await client.query(`delete from ${table} where category_id not in (select id from category)`);
  // Whose duty it is in a division or by a department that went.
  await client.query(
    `delete from duty where department_id not in (select id from department)
       or division_id <> 0 and division_id not in (select id from division)`,
  );
  await client.query('delete from stage_limit');
  await client.query('delete from work_calendar');
  await client.query("delete from dataset where origin = 'demo'");
  await endProposals(client);
  await beginSealsAnew(client);
  await beginSnapshotsAnew(client);
  await recount(client);
  await rebuildDensity(client);
}

/**
 * Retires the demonstration: every row of it goes, and the city is real, neutral until an import names it. Where nothing else
 * is there, at once; else in chunks. Can be killed and run again: the datasets go last.
 */
export async function retireDemo(db: Database, out: ImportOutput): Promise<void> {
  const done = await db.transaction(async (client) => {
    await markReal(client);
    const all = await truncateAll(client);
    await appendDataEvent(client, 'demo retired', ALL_LAYERS);
    return all;
  });
  if (!done) {
    await deleteInChunks(db, out);
    await db.transaction(async (client) => {
      await deleteRest(client);
      await appendDataEvent(client, 'demo retired', ALL_LAYERS);
    });
  }
  await drainOutbox(db);
  out.line('The demonstration (演示数据) has been retired.');
}
