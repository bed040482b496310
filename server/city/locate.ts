import { unnestInput, type Queryable } from '../db/index.ts';

/** From the finest: a coarse division has a long border, and is looked at only where no finer one covers the point. */
const LEVELS = [5, 4, 3, 2, 1];
const coveringAt = (level: number) => `(
  select d.id from division d
  where d.level = ${level} and d.valid_to is null and d.geom && point.geom and st_covers(d.geom, point.geom) order by d.id limit 1)`;

/**
 * The finest valid division that covers each point.
 * @param points [lng, lat] in WGS 84, or null for no position.
 * @returns one id a point, in order; 0 where there is no position or no division.
 */
export async function locateDivisions(
  client: Queryable,
  points: readonly (readonly [number, number] | null)[],
): Promise<number[]> {
  const found = new Array<number>(points.length).fill(0);
  const at = points.flatMap((point, i) => (point ? [[i, point[0], point[1]] as const] : []));
  if (at.length === 0) return found;
  const columns = [
    ['i', 'int'],
    ['lng', 'float8'],
    ['lat', 'float8'],
  ] as const;
  const { rows } = await client.query<{ i: number; id: number }>(
    `select i, coalesce(${LEVELS.map(coveringAt).join(', ')}, 0) as id from ${unnestInput(columns)}
       cross join lateral (select st_setsrid(st_makepoint(lng, lat), 4326) as geom) as point`,
    [at.map((p) => p[0]), at.map((p) => p[1]), at.map((p) => p[2])],
  );
  for (const { i, id } of rows) found[i] = id;
  return found;
}
