import type { Database } from '../../db/index.ts';

/** Overlays in one transaction: on the embedded engine everybody else waits for it. */
const CHUNK = { postgresql: 500, embedded: 10 };
/** Neighbours' borders never agree to the metre: less of the smaller of the two is no covering. */
const LEAST_SHARE = 0.1;

const LINK = `
  with old as (delete from grid_overlay_unit where overlay_id = any($1::int[]))
  insert into grid_overlay_unit (overlay_id, division_id, share)
  select o.id, d.id, least(1, shared.area / st_area(d.geom))
  from grid_overlay o join division d on d.level = 5 and d.valid_to is null and d.geom && o.geom and st_intersects(d.geom, o.geom)
    cross join lateral (select st_area(st_intersection(d.geom, o.geom)) as area) as shared
  where o.id = any($1::int[]) and shared.area >= ${LEAST_SHARE} * least(st_area(d.geom), st_area(o.geom))
  on conflict (overlay_id, division_id) do update set share = excluded.share`;

/** Finds anew which unit grids each police and duty grid covers: many to one, and either way round. */
export async function linkOverlays(db: Database): Promise<void> {
  await db.query(
    'delete from grid_overlay_unit u using grid_overlay o where o.id = u.overlay_id and o.valid_to is not null',
  );
  const { rows } = await db.query<{ id: number }>(
    `select id from grid_overlay where valid_to is null and status = 'confirmed' order by id`,
  );
  const size = CHUNK[db.engine];
  for (let at = 0; at < rows.length; at += size) {
    const ids = rows.slice(at, at + size).map(({ id }) => id);
    await db.transaction((client) => client.query(LINK, [ids]));
  }
}
