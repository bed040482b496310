import type { Queryable } from '../../db/index.ts';
import type { Atom, Border } from './partition.ts';

/** Addresses nearer than this many degrees to each other's borders are one line. */
const SNAP = 1e-8;
/** Places where households stand: more are taken together by cell, so that a community takes a second, not a minute. */
const MOST_SITES = 400;
const SITES_A_GRID = 24;

export interface Atoms {
  atoms: (Atom & { ewkb: string })[];
  borders: Border[];
}

/** Households by address: those that were counted, else one. */
export async function countHouseholds(client: Queryable, communityId: number): Promise<number> {
  const { rows } = await client.query<{ n: number }>(
    `select coalesce(sum(coalesce(p.houses, 1)), 0)::int as n from division d join place p on p.geom && d.geom and st_covers(d.geom, p.geom)
     where d.id = $1::int`,
    [communityId],
  );
  return rows[0]!.n;
}

/** The finest cells by which the addresses of a community make no more sites than this. */
async function siteShift(client: Queryable, communityId: number, most: number): Promise<number> {
  for (let shift = 0; shift < 62; shift += 2) {
    const { rows } = await client.query<{ n: number }>(
      `select count(distinct p.cell >> $2::int)::int as n from division d join place p on p.geom && d.geom and st_covers(d.geom, p.geom)
       where d.id = $1::int`,
      [communityId, shift],
    );
    if (rows[0]!.n <= most) return shift;
  }
  return 62;
}

/**
 * The community cut along its roads into blocks, and these between their addresses (Voronoi): one noded set of lines, so that atoms
 * share their borders exactly. $1 community, $2 shift of cells, $3 roads as GeoJSON.
 */
const ATOMS = `
  with c as (select geom from division where id = $1::int), road as materialized (
    select st_union(st_intersection(r.geom, c.geom), ${SNAP}) as geom
    from c, (select st_setsrid(st_geomfromgeojson(text), 4326) as geom from unnest($3::text[]) as text) as r where r.geom && c.geom
  ), block as materialized (
    select row_number() over (order by st_ymax(b.geom) desc, st_xmin(b.geom)) as id, b.geom from c, (
      select (st_dump(st_polygonize(lines))).geom as geom
      from (select st_unaryunion(st_collect(st_boundary(c.geom), coalesce(road.geom, 'srid=4326;linestring empty'::geometry)), ${SNAP}) as lines from c, road) as l
    ) as b where st_covers(c.geom, st_pointonsurface(b.geom))
  ), site as materialized (
    select st_setsrid(st_makepoint(avg(st_x(p.geom)), avg(st_y(p.geom))), 4326) as geom, sum(coalesce(p.houses, 1)) as households
    from c join place p on p.geom && c.geom and st_covers(c.geom, p.geom) group by p.cell >> $2::int
  ), line as materialized (
    select st_intersection(st_voronoilines(st_collect(site.geom), 0, block.geom), block.geom, ${SNAP}) as geom
    from block join site on st_covers(block.geom, site.geom) group by block.id, block.geom having count(*) > 1
    union all select st_boundary(geom) from block
  ), atom as materialized (
    select row_number() over (order by st_ymax(a.geom) desc, st_xmin(a.geom), st_area(a.geom))::int - 1 as id, a.geom
    from c, (select (st_dump(st_polygonize(lines))).geom as geom
             from (select st_unaryunion(st_collect(geom), ${SNAP}) as lines from line) as l) as a
    where st_covers(c.geom, st_pointonsurface(a.geom))
  ), holder as materialized (
    select nearest.id, site.households from site cross join lateral (
      select id from atom order by atom.geom <-> site.geom, id limit 1) as nearest
  ), told as (
    select a.id, a.geom, st_area(a.geom::geography) as area, st_x(st_centroid(a.geom)) * 111195 * cos(radians(st_y(st_centroid(a.geom)))) as x,
      st_y(st_centroid(a.geom)) * 111195 as y, coalesce((select sum(households) from holder h where h.id = a.id), 0)::int as households
    from atom a
  )`;

const READ_ATOMS = `${ATOMS}
  select id, encode(st_asewkb(geom), 'hex') as ewkb, area as "areaM2", x, y, households from told order by id`;

const READ_BORDERS = `
  with atom as (
    select at::int - 1 as id, st_geomfromewkb(decode(ewkb, 'hex')) as geom from unnest($1::text[]) with ordinality as a (ewkb, at)
  ), road as (
    select st_collect(st_setsrid(st_geomfromgeojson(text), 4326)) as geom from unnest($2::text[]) as text
  )
  select a.id as a, b.id as b, st_length(st_collectionextract(line, 2)::geography) as "lengthM",
    coalesce(st_dwithin(road.geom, st_pointonsurface(line), ${10 * SNAP}), false) as "onRoad"
  from road, atom a join atom b on a.id < b.id and a.geom && b.geom and st_intersects(a.geom, b.geom)
    cross join lateral (select st_intersection(a.geom, b.geom) as line) as shared
  where st_dimension(line) = 1 order by a.id, b.id`;

/** Atoms of a community and how they touch. @param parts into how many grids they shall go. @param roads as GeoJSON geometries. */
export async function readAtoms(
  client: Queryable,
  communityId: number,
  parts: number,
  roads: readonly string[],
): Promise<Atoms> {
  const shift = await siteShift(client, communityId, Math.max(MOST_SITES, SITES_A_GRID * parts));
  const { rows: atoms } = await client.query<Atom & { ewkb: string }>(READ_ATOMS, [communityId, shift, roads]);
  const { rows: borders } = await client.query<Border>(READ_BORDERS, [atoms.map(({ ewkb }) => ewkb), roads]);
  return { atoms, borders };
}
