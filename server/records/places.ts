import type { Queryable } from '../db/index.ts';

/** Zooms of the layer of places. */
export const PLACES_MIN_ZOOM = 14;
export const PLACES_MAX_ZOOM = 20;
/** Levels between a tile and its cells that show one place each: 64 × 64. */
const CELLS_BELOW = 6;
const HIDDEN = PLACES_MAX_ZOOM + 1;

/**
 * Sets from which zoom on each place is shown: the first at which it is the best (smallest rank) of its cell of 1/64 tile. A
 * place that is never the best (many on one spot) is shown at no zoom, and counted as left out at all. The rule looks at one
 * cell, so tiles agree at their seams.
 * @param blocks keys of tiles of zoom 14 to look at, as text; null: everywhere.
 */
export async function rankPlaces(client: Queryable, blocks: readonly string[] | null): Promise<void> {
  const zooms = Array.from({ length: PLACES_MAX_ZOOM - PLACES_MIN_ZOOM + 1 }, (_, i) => PLACES_MIN_ZOOM + i);
  const shift = (z: number) => 2 * (31 - z - CELLS_BELOW);
  const places =
    blocks === null
      ? 'place'
      : `(select p.* from unnest($1::bigint[]) as b (block) join place p on p.cell >= b.block << 34 and p.cell < (b.block + 1) << 34) as p`;
  await client.query(
    `with judged as (
       select cell, n, min_zoom, ${zooms
         .map((z) => `row_number() over (partition by cell >> ${shift(z)} order by rank, cell, n) as at${z}`)
         .join(', ')}
       from ${places}
     ), shown as (
       select cell, n, min_zoom, case ${zooms.map((z) => `when at${z} = 1 then ${z}`).join(' ')} else ${HIDDEN} end as zoom
       from judged
     )
     update place p set min_zoom = s.zoom from shown s
     where p.cell = s.cell and p.n = s.n and s.min_zoom <> s.zoom`,
    blocks === null ? [] : [blocks],
  );
}
