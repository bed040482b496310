import { appendDataEvent, drainOutbox, type Database, type Queryable } from '../../db/index.ts';
import { appendRecordCounts } from '../counts.ts';
import { appendDensity, dirtyCodes, RECORD_LAYERS } from '../density.ts';
import { recordTable, type GenerationState } from '../generations.ts';
import { countChunk } from '../import/chunkCounts.ts';
import { PlaceIndex } from '../import/placeIndex.ts';
import { RecordRows } from '../import/rows.ts';
import { openTextMatcher, type TextMatcher } from '../import/textPlaces.ts';
import { keepPlaces } from '../locks.ts';
import { recountEntries } from './texts.ts';

/** Texts looked at in one transaction: on the embedded engine everybody else waits for it. */
const CHUNK = { postgresql: 2000, embedded: 200 };

/** What came of another look at texts. */
export interface RematchReport {
  looked: number;
  located: number;
}

interface Waiting {
  id: number;
  generation: number;
  key: string;
  text: string;
  name: string;
  minConfidence: number;
}

interface Place {
  cell: string;
  n: number;
  division: number;
}

/** Notes the names of texts that were matched against a base older than the newest: it changed while they came in. */
export async function touchStale(client: Queryable, generation: number): Promise<void> {
  await client.query(
    `insert into geocode_touched (name) select distinct unnest(names) as name from record_text
     where generation_id = $1::int and base_version < (
       select coalesce(max(seq), 0) from tile_version where layer in ('addresses', 'aliases', 'divisions'))
     order by 1 on conflict do nothing`,
    [generation],
  );
}

async function readWaiting(
  client: Queryable,
  touched: readonly string[],
  after: number,
  limit: number,
): Promise<Waiting[]> {
  const { rows } = await client.query<Waiting>(
    `select id::float8 as id, generation_id as generation, key, text, name, min_confidence as "minConfidence" from record_text
     where names && $1::text[] and id > $2::bigint order by record_text.id limit $3::int`,
    [touched, after, limit],
  );
  return rows;
}

async function readPlaces(client: Queryable, codes: readonly string[]): Promise<Map<string, Place>> {
  const { rows } = await client.query<Place & { asked: string }>(
    `select code as asked, cell::text as cell, n, division_id as division from place where code = any($1::text[])
     union all
     select k.id, p.cell::text, p.n, p.division_id from unnest($1::text[]) as k (id)
       join place p on k.id ~ '^[0-9]{1,18}-[0-9]{1,9}$' and p.cell = split_part(k.id, '-', 1)::bigint
         and p.n = split_part(k.id, '-', 2)::int and p.code is null`,
    [codes],
  );
  return new Map(rows.map(({ asked, ...place }) => [asked, place]));
}

interface Found {
  text: Waiting;
  place: Place;
}

/** Puts records onto their places. @returns class and place of each that was there and had none. */
async function placeRecords(client: Queryable, generation: number, found: readonly Found[]) {
  const { rows } = await client.query<{ at: number; class: number }>(
    `with k as (
       select key, cell, n, at, row_number() over (partition by key order by at) as nth
       from unnest($1::text[], $2::bigint[], $3::int[]) with ordinality as k (key, cell, n, at)
     ), r as (
       select ctid, key, row_number() over (partition by key order by ctid) as nth from ${recordTable(generation)}
       where cell is null and key = any($1::text[])
     )
     update ${recordTable(generation)} t set cell = k.cell, n = k.n from r join k using (key, nth)
     where t.ctid = r.ctid returning (k.at - 1)::int as at, t.class::int as class`,
    [found.map(({ text }) => text.key), found.map(({ place }) => place.cell), found.map(({ place }) => place.n)],
  );
  return rows.map(({ at, class: of }) => ({ place: found[at]!.place, class: of }));
}

/** What the records add where they stand now, and take from what is not located. */
async function countPlaced(client: Queryable, datasetId: number, placed: readonly { place: Place; class: number }[]) {
  const byId = new Map(placed.map(({ place }) => [`${place.cell}-${place.n}`, place]));
  const sorted = [...byId.values()].sort((a, b) => Number(BigInt(a.cell) - BigInt(b.cell)) || a.n - b.n);
  const index = new PlaceIndex();
  const numbers = new Map<string, number>();
  for (const [i, { cell, n, division }] of sorted.entries()) {
    numbers.set(`${cell}-${n}`, i);
    const key = BigInt(cell);
    index.add(Number(key >> 32n), Number(key & 0xffffffffn), n, division, Buffer.alloc(0), 0, 0);
  }
  const rows = new RecordRows(placed.length, 0);
  for (const { place, class: of } of placed)
    rows.add(numbers.get(`${place.cell}-${place.n}`)!, of, 0, Buffer.alloc(0), 0, 0);
  const { blocks, divisions } = await countChunk(rows, rows.order(), index.end());
  await appendDensity(client, datasetId, blocks);
  await appendRecordCounts(client, datasetId, [
    ...divisions,
    { divisionId: 0, places: 0, notLocated: -placed.length, counts: [0, 0, 0, 0, 0] },
  ]);
  await appendDataEvent(client, 'records', RECORD_LAYERS, { dirty: dirtyCodes(blocks), caseIds: [] });
}

/** Looks at some texts of one generation again. @returns how many found their place. */
async function rematchChunk(
  client: Queryable,
  generation: number,
  texts: readonly Waiting[],
  match: TextMatcher,
): Promise<number> {
  const { rows } = await client.query<{ datasetId: number; state: GenerationState }>(
    'select dataset_id as "datasetId", state from dataset_generation where id = $1::int for share',
    [generation],
  );
  const of = rows[0];
  if (!of || of.state === 'retired') return 0;
  const looked = texts.map((text) => ({ text, found: match(text.text, text.minConfidence) }));
  const places = await readPlaces(
    client,
    looked.flatMap(({ found }) => (typeof found === 'string' ? [found] : [])),
  );
  const found = looked.flatMap(({ text, found }): Found[] => {
    const place = typeof found === 'string' ? places.get(found) : undefined;
    return place ? [{ text, place }] : [];
  });
  const still = looked.flatMap(({ text, found }) => (typeof found === 'string' ? [] : [{ id: text.id, ...found }]));
  if (found.length > 0) {
    const placed = await placeRecords(client, generation, found);
    if (of.state === 'live' && placed.length > 0) await countPlaced(client, of.datasetId, placed);
    await client.query('delete from record_text where id = any($1::bigint[])', [found.map(({ text }) => text.id)]);
  }
  await client.query(
    `update record_text r set reason = k.reason, name = k.name, level = k.level, base_version = k.version, division_id = k.division,
       names = array(select jsonb_array_elements_text(k.names::jsonb))
     from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::int[], $6::text[], $7::int[])
       as k (id, reason, name, level, version, names, division)
     where r.id = k.id`,
    [
      still.map(({ id }) => id),
      still.map(({ reason }) => reason),
      still.map(({ key }) => key),
      still.map(({ level }) => level),
      still.map(({ baseVersion }) => baseVersion),
      still.map(({ names }) => JSON.stringify(names)),
      still.map(({ divisionId }) => divisionId),
    ],
  );
  await recountEntries(client, generation, [
    ...new Set([...texts.map(({ name }) => name), ...still.map(({ key }) => key)]),
  ]);
  return found.length;
}

/**
 * Looks again at the records without a place whose text names what addresses or corrections changed, and at no others: those that find their
 * place now go onto it, with the counts, and leave the work list. It may be killed at any moment: the names wait until all is done.
 * @throws HekanError('conflict') while addresses come in.
 */
export async function rematchRecords(db: Database): Promise<RematchReport> {
  const report = { looked: 0, located: 0 };
  const { rows } = await db.query<{ name: string }>('select name from geocode_touched order by name');
  const touched = rows.map(({ name }) => name);
  if (touched.length === 0) return report;
  const { openGeocoder, takeTouched } = await import('../../geocode/index.ts');
  const size = CHUNK[db.engine];
  let waiting = await readWaiting(db, touched, 0, size);
  if (waiting.length > 0) {
    const release = await keepPlaces(db);
    try {
      await drainOutbox(db);
      const match = await openTextMatcher(await openGeocoder(db));
      for (; waiting.length > 0; waiting = await readWaiting(db, touched, waiting.at(-1)!.id, size)) {
        for (const [generation, texts] of Map.groupBy(waiting, ({ generation }) => generation))
          report.located += await db.transaction((client) => rematchChunk(client, generation, texts, match));
        report.looked += waiting.length;
      }
    } finally {
      await release();
    }
  }
  await takeTouched(db, touched);
  return report;
}
