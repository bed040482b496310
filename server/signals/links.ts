import type { Queryable } from '../db/index.ts';

/** How an outlet stands with what it is linked to: its platform, its broker, its folder. */
export interface Links {
  /** Updates of its platform that wait for an operator. */
  conflicts: number;
  /** Letters to its platform that are not delivered yet, and those given up, with why the last one failed. */
  lettersWaiting: number;
  lettersDead: number;
  photosDead: number;
  /** Null: it listens to nothing. */
  connected: boolean | null;
  lastError: string | null;
}

/** Of all outlets, by key. */
export async function readLinks(client: Queryable): Promise<Map<string, Links>> {
  const { rows } = await client.query<Links & { outlet: string }>(
    `select o.key as outlet, l.connected, coalesce(l.error, letter.error, photo.error) as "lastError",
       (select count(*)::int from case_update where outlet_id = o.id and state = 'conflict') as conflicts,
       (select count(*)::int from case_letter where source_id = s.id and sent_at is null and dead_at is null) as "lettersWaiting",
       (select count(*)::int from case_letter where source_id = s.id and dead_at is not null) as "lettersDead",
       (select count(*)::int from case_photo where outlet_id = o.id and dead_at is not null) as "photosDead"
     from outlet o left join source s on s.key = o.key left join outlet_link l on l.outlet_id = o.id
       left join lateral (
         select error from case_letter where source_id = s.id and sent_at is null and error is not null order by id desc limit 1
       ) as letter on true
       left join lateral (
         select error from case_photo where outlet_id = o.id and error is not null order by id desc limit 1
       ) as photo on true
     order by o.key`,
  );
  return new Map(rows.map(({ outlet, ...links }) => [outlet, links]));
}

/** Notes how the keeper stands with an outlet's broker or folder; what is as it was is not written. */
export async function writeLink(
  client: Queryable,
  outletId: number,
  { connected, error }: { connected: boolean; error: string | null },
  now: Date,
): Promise<void> {
  await client.query(
    `insert into outlet_link as l (outlet_id, connected, error, at) values ($1::int, $2::boolean, $3::text, $4::timestamptz)
     on conflict (outlet_id) do update set connected = excluded.connected, error = excluded.error, at = excluded.at
     where (l.connected, l.error) is distinct from (excluded.connected, excluded.error)`,
    [outletId, connected, error?.slice(0, 400) ?? null, now],
  );
}
