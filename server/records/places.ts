import type { Queryable } from '../db/index.ts';

/** Zooms of the layer of places. */
export const PLACES_MIN_ZOOM = 14;
export const PLACES_MAX_ZOOM = 20;
/** Zooms of the layer of components. */
export const COMPONENTS_MIN_ZOOM = 12;
export const COMPONENTS_MAX_ZOOM = 20;
/** Levels between a tile and its cells that show one point each: 64 × 64. */
const CELLS_BELOW = 6;

/** A table of points that tiles thin: with cell, rank and min_zoom. */
interface Thinned {
  table: string;
  /** What tells its rows apart, of one cell. */
  key: string;
  minZoom: number;
  maxZoom: number;
  /** Which of its rows are shown at all. */
  valid: string;
}

const PLACES: Thinned = {
  table: 'place',
  key: 'n',
  minZoom: PLACES_MIN_ZOOM,
  maxZoom: PLACES_MAX_ZOOM,
  valid: 'true',
};
const COMPONENTS: Thinned = {
  table: 'component',
  key: 'id',
  minZoom: COMPONENTS_MIN_ZOOM,
  maxZoom: COMPONENTS_MAX_ZOOM,
  valid: 'valid_to is null',
};

/**
 * Sets from which zoom on each point is shown: the first at which it is the best (smallest rank) of its cell of 1/64 tile. A
 * point that is never the best (many on one spot) is shown at no zoom, and counted as left out at all. The rule looks at one
 * cell, so tiles agree at their seams.
 */
async function rankPoints(client: Queryable, of: Thinned, blocks: readonly string[] | null): Promise<void> {
  const { table, key, minZoom, maxZoom, valid } = of;
  const zooms = Array.from({ length: maxZoom - minZoom + 1 }, (_, i) => minZoom + i);
  const shift = (z: number) => 2 * (31 - z - CELLS_BELOW);
  const points =
    blocks === null
      ? table
      : `(select p.* from unnest($1::bigint[]) as b (block) join ${table} p on p.cell >= b.block << 34 and p.cell < (b.block + 1) << 34) as p`;
  await client.query(
    `with judged as (
       select cell, ${key}, min_zoom, ${zooms
         .map((z) => `row_number() over (partition by cell >> ${shift(z)} order by rank, cell, ${key}) as at${z}`)
         .join(', ')}
       from ${points} where ${valid}
     ), shown as (
       select cell, ${key}, min_zoom, case ${zooms.map((z) => `when at${z} = 1 then ${z}`).join(' ')} else ${maxZoom + 1} end as zoom
       from judged
     )
     update ${table} p set min_zoom = s.zoom from shown s
     where p.cell = s.cell and p.${key} = s.${key} and s.min_zoom <> s.zoom`,
    blocks === null ? [] : [blocks],
  );
}

/** Ranks places. @param blocks keys of tiles of zoom 14 to look at, as text; null: everywhere. */
export async function rankPlaces(client: Queryable, blocks: readonly string[] | null): Promise<void> {
  await rankPoints(client, PLACES, blocks);
}

/** Ranks the components of tiles of zoom 14; those that ended are shown at no zoom, and wait for nothing any more. */
export async function rankComponents(client: Queryable, blocks: readonly string[]): Promise<void> {
  await rankPoints(client, COMPONENTS, blocks);
  await client.query(
    `update component c set min_zoom = ${COMPONENTS_MAX_ZOOM + 1} from unnest($1::bigint[]) as b (block)
     where c.cell >= b.block << 34 and c.cell < (b.block + 1) << 34 and c.valid_to is not null and c.min_zoom > ${COMPONENTS_MAX_ZOOM + 1}`,
    [blocks],
  );
}
