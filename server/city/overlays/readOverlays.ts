import type { Queryable } from '../../db/index.ts';
import type { GridKind } from './kinds.ts';

/** A grid that lies over the divisions. */
export interface Overlay {
  code: string;
  nameZh: string;
  nameEn: string;
  responsible: string | null;
}

/** The overlays of a point, by kind; of a proposal the kind is comprehensive. */
export interface OverlaysAt {
  policeGrid: Overlay | null;
  dutyGrid: Overlay | null;
  /** A unit grid that is only proposed. */
  proposedGrid: Overlay | null;
}

/** An overlay with the unit grids that it covers. */
export interface LinkedOverlay extends Overlay {
  status: 'confirmed' | 'proposed';
  areaKm2: number;
  /** Addresses' households, of a proposal. */
  households: number | null;
  validFrom: Date;
  /** Code, and which share of it. */
  units: { code: string; share: number }[];
}

/** What lies over a point. Where two of a kind do, the smaller. */
export async function overlaysAt(client: Queryable, lng: number, lat: number): Promise<OverlaysAt> {
  const { rows } = await client.query<Overlay & { kind: GridKind }>(
    `select distinct on (kind) kind, code, name_zh as "nameZh", name_en as "nameEn", responsible
     from grid_overlay o, (select st_setsrid(st_makepoint($1::float8, $2::float8), 4326) as geom) as point
     where o.valid_to is null and o.geom && point.geom and st_covers(o.geom, point.geom)
     order by kind, area_km2, o.id`,
    [lng, lat],
  );
  const of = (wanted: GridKind): Overlay | null => {
    const found = rows.find(({ kind }) => kind === wanted);
    if (!found) return null;
    const { kind: _, ...overlay } = found;
    return overlay;
  };
  return { policeGrid: of('police'), dutyGrid: of('duty'), proposedGrid: of('comprehensive') };
}

/** Overlays of a kind in order of their code. @param after code of the last one known. */
export async function listOverlays(
  client: Queryable,
  kind: GridKind,
  limit: number,
  after: string,
): Promise<LinkedOverlay[]> {
  const { rows } = await client.query<LinkedOverlay>(
    `select o.code, o.name_zh as "nameZh", o.name_en as "nameEn", o.responsible, o.status, o.area_km2 as "areaKm2", o.households,
       o.valid_from as "validFrom",
       coalesce((
         select jsonb_agg(jsonb_build_object('code', d.code, 'share', round(u.share::numeric, 3)) order by d.code)
         from grid_overlay_unit u join division d on d.id = u.division_id where u.overlay_id = o.id
       ), '[]') as units
     from grid_overlay o where o.valid_to is null and o.kind = $1::text and o.code > $3::text order by o.code limit $2::int`,
    [kind, limit, after],
  );
  return rows;
}
