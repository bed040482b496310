import { appendDataEvent, type Clock, type Database, type Queryable } from '../../db/index.ts';
import { HekanError } from '../../errors.ts';
import { touchNames } from './touched.ts';

/** What people write for an address. */
export interface AddressAlias {
  id: number;
  text: string;
  code: string;
}

export async function listAliases(client: Queryable, limit: number, after = 0): Promise<AddressAlias[]> {
  const { rows } = await client.query<AddressAlias>(
    'select id, text, code from geocode_alias where id > $1::int order by geocode_alias.id limit $2::int',
    [after, limit],
  );
  return rows;
}

/** Is there a place with a code, or one without whose id it is? */
async function isPlace(client: Queryable, code: string): Promise<boolean> {
  const id = /^(\d{1,19})-(\d{1,9})$/.exec(code);
  const { rows } = await client.query(
    `select 1 from place where code = $1::text
     union all select 1 from place where $2::numeric <= 4611686018427387903 and cell = $2::bigint and n = $3::int and code is null`,
    [code, id?.[1] ?? null, id?.[2] ?? null],
  );
  return rows.length > 0;
}

/** A correction: its text as it is looked up, and the name of the work list that it fixes. */
interface NewAlias {
  text: string;
  code: string;
  key: string;
  name: string;
}

/**
 * Takes in a correction; another for the same text takes its place. What it fixes leaves the work list.
 * @throws HekanError('not_found') for a code that no address has.
 */
export async function writeAlias(db: Database, clock: Clock, alias: NewAlias): Promise<AddressAlias> {
  return db.transaction((client) => putAlias(client, clock, alias));
}

/** The same, in the caller's transaction. */
export async function putAlias(
  client: Queryable,
  clock: Clock,
  { text, code, key, name }: NewAlias,
): Promise<AddressAlias> {
  if (!(await isPlace(client, code)))
    throw new HekanError('not_found', `code: no address has ${code}`, { field: 'code', given: code });
  const { rows } = await client.query<{ id: number }>(
    `insert into geocode_alias (key, text, code, at) values ($1::text, $2::text, $3::text, $4::timestamptz)
       on conflict (key) do update set text = excluded.text, code = excluded.code, at = excluded.at returning id`,
    [key, text, code, clock.now()],
  );
  // Of records the texts are known: what is fixed leaves the list when they have been looked at again.
  await client.query("delete from geocode_unmatched where key = any($1::text[]) and source not like 'records:%'", [
    [text, name],
  ]);
  await touchNames(
    client,
    [text, name, key].map((one) => one.slice(0, 100)),
  );
  await appendDataEvent(client, 'geocode_alias', ['aliases'], { dirty: null, caseIds: [] });
  return { id: rows[0]!.id, text, code };
}
