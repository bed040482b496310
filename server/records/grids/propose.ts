import type { CrsName } from '../../api/shapes.ts';
import { FeatureProblem, readGeoJson, readPointOrLine } from '../../city/index.ts';
import { appendDataEvent, drainOutbox, type Database, type Queryable } from '../../db/index.ts';
import { HekanError } from '../../errors.ts';
import type { ImportOutput } from '../../files/index.ts';
import { gridsFor, partition, type Border } from './partition.ts';
import { countHouseholds, readAtoms, type Atoms } from './readAtoms.ts';

export interface ProposeOptions {
  /** Households a grid. */
  least: number;
  most: number;
  /** GeoJSON of lines, in WGS 84 or what `crs` says. */
  roads?: string | undefined;
  crs: CrsName;
}

export interface ProposeReport {
  communities: number;
  /** Of those, without a single address: nothing is proposed. */
  empty: number;
  grids: number;
  changed: number;
  households: number;
  /** Grids whose households lie between least and most; of communities that have as many. */
  balanced: number;
  balanceable: number;
  /** Standard deviation of households over their mean, of the same. */
  deviation: number | null;
  /** 4π area / perimeter², 1 of a circle. */
  compactness: { median: number; least: number } | null;
  /** Share of the borders inside communities that runs along roads; null without roads. */
  alongRoads: number | null;
  roads: { read: number; rejected: number };
  seconds: number;
}

interface Community {
  id: number;
  code: string;
  nameZh: string;
  nameEn: string;
}

interface Grid {
  part: number;
  ewkb: string;
  households: number;
  compactness: number;
}

/** Communities without a unit grid in force. */
async function listCommunities(client: Queryable): Promise<Community[]> {
  const { rows } = await client.query<Community>(
    `select id, code, name_zh as "nameZh", name_en as "nameEn" from division d where valid_to is null and level = 4
       and not exists (select 1 from division g where g.valid_to is null and g.level = 5 and g.parent_id = d.id)
     order by code, id`,
  );
  return rows;
}

/** Lines of a file as GeoJSON; what is no line is counted. */
function readRoads({ roads, crs }: ProposeOptions): { lines: string[]; rejected: number } {
  if (roads === undefined) return { lines: [], rejected: 0 };
  let rejected = 0;
  const lines = readGeoJson(roads, crs).features.flatMap(({ geometry }) => {
    try {
      const shape = readPointOrLine(geometry, crs);
      if (shape.type !== 'Point') return [JSON.stringify(shape)];
    } catch (error) {
      if (!(error instanceof FeatureProblem)) throw error;
    }
    rejected++;
    return [];
  });
  if (lines.length === 0)
    throw new HekanError('bad_request', `roads: ${roads} holds no lines`, { field: 'roads', given: roads });
  return { lines, rejected };
}

/** Parts joined, from north to south. */
async function joinParts(client: Queryable, { atoms }: Atoms, parts: readonly number[]): Promise<Grid[]> {
  const { rows } = await client.query<Grid>(
    `with joined as (
       select part, st_multi(st_collectionextract(st_union(st_geomfromewkb(decode(ewkb, 'hex')) order by at), 3)) as geom,
         sum(households)::int as households
       from unnest($1::text[], $2::int[], $3::int[]) with ordinality as a (ewkb, part, households, at) group by part
     )
     select part, encode(st_asewkb(geom), 'hex') as ewkb, households,
       4 * pi() * st_area(geom::geography) / st_perimeter(geom::geography) ^ 2 as compactness
     from joined order by st_y(st_centroid(geom)) desc, st_x(st_centroid(geom)), part`,
    [atoms.map(({ ewkb }) => ewkb), parts, atoms.map(({ households }) => households)],
  );
  return rows;
}

/** A code of 15 characters where the community's has 12, as unit grids have. */
const codeOf = (community: string, number: number): string =>
  /^[0-9A-Z]{12}$/.test(community) ? community + String(number).padStart(3, '0') : `${community}-${number}`;

/** Puts the proposals of a community in the place of those before. @returns whether that changed anything. */
async function writeProposals(
  db: Database,
  community: Community,
  batch: number,
  grids: readonly Grid[],
): Promise<boolean> {
  const rows = grids.map(({ ewkb, households }, i) => ({ code: codeOf(community.code, i + 1), households, ewkb }));
  return db.transaction(async (client) => {
    const known = await client.query<(typeof rows)[number]>(
      `select code, households, encode(st_asewkb(geom), 'hex') as ewkb from grid_overlay
       where status = 'proposed' and valid_to is null and community_id = $1::int order by id`,
      [community.id],
    );
    if (JSON.stringify(known.rows) === JSON.stringify(rows)) return false;
    await client.query(
      `update grid_overlay set valid_to = now() where status = 'proposed' and valid_to is null and community_id = $1::int`,
      [community.id],
    );
    await client.query(
      `insert into grid_overlay (kind, status, code, name_zh, name_en, community_id, households, geom, area_km2, batch)
       select 'comprehensive', 'proposed', code, $2::text || '第' || at || '网格', $3::text || ' grid ' || at, $1::int, households, geom,
         st_area(geom::geography) / 1e6, $4::int
       from unnest($5::text[], $6::int[], $7::text[]) with ordinality as g (code, households, ewkb, at)
         cross join lateral (select st_geomfromewkb(decode(ewkb, 'hex')) as geom) as shape order by at`,
      [
        community.id,
        community.nameZh,
        community.nameEn,
        batch,
        rows.map(({ code }) => code),
        rows.map(({ households }) => households),
        rows.map(({ ewkb }) => ewkb),
      ],
    );
    await appendDataEvent(client, 'grids', ['grids']);
    return true;
  });
}

const median = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)] ?? 0;

/** Quality of all that is proposed. */
class Quality {
  readonly report: ProposeReport;
  readonly #households: number[] = [];
  readonly #compactness: number[] = [];
  #border = 0;
  #onRoad = 0;

  constructor(communities: number, roads: ProposeReport['roads']) {
    this.report = {
      communities,
      empty: 0,
      grids: 0,
      changed: 0,
      households: 0,
      balanced: 0,
      balanceable: 0,
      deviation: null,
      compactness: null,
      alongRoads: null,
      roads,
      seconds: 0,
    };
  }

  add(grids: readonly Grid[], borders: readonly Border[], parts: readonly number[]): void {
    this.report.grids += grids.length;
    for (const { households, compactness } of grids) {
      this.report.households += households;
      this.#compactness.push(compactness);
      if (grids.length > 1) this.#households.push(households);
    }
    for (const { a, b, lengthM, onRoad } of borders) {
      if (parts[a] === parts[b]) continue;
      this.#border += lengthM;
      if (onRoad) this.#onRoad += lengthM;
    }
  }

  end({ least, most }: ProposeOptions, seconds: number): ProposeReport {
    const all = this.#households;
    const mean = all.reduce((sum, n) => sum + n, 0) / all.length;
    const deviation = Math.sqrt(all.reduce((sum, n) => sum + (n - mean) ** 2, 0) / all.length) / mean;
    const sorted = this.#compactness.sort((a, b) => a - b);
    return {
      ...this.report,
      balanced: all.filter((n) => n >= least && n <= most).length,
      balanceable: all.length,
      deviation: all.length > 0 ? deviation : null,
      compactness: sorted.length > 0 ? { median: median(sorted), least: sorted[0]! } : null,
      alongRoads: this.report.roads.read > 0 && this.#border > 0 ? this.#onRoad / this.#border : null,
      seconds,
    };
  }
}

/**
 * Proposes unit grids for every community that has none in force: balanced by households, connected, along roads where they are given.
 * They file nothing, and end where an import brings grids. The same city gives the same grids.
 * @throws HekanError: not_ready (no communities without grids), bad_request (roads).
 */
export async function proposeGrids(db: Database, options: ProposeOptions, out: ImportOutput): Promise<ProposeReport> {
  const began = performance.now();
  const { lines, rejected } = readRoads(options);
  const communities = await listCommunities(db);
  if (communities.length === 0)
    throw new HekanError('not_ready', 'no community is without unit grids: there is nothing to propose', {
      field: 'grids',
    });
  const quality = new Quality(communities.length, { read: lines.length, rejected });
  const { rows } = await db.query<{ id: number }>(
    `insert into import_run (kind, file_name, file_sha256, started_at) values ('proposed grids', '', '', now()) returning id`,
  );
  for (const [i, community] of communities.entries()) {
    const households = await countHouseholds(db, community.id);
    if (households === 0) quality.report.empty++;
    else {
      const count = gridsFor(households, options.least, options.most);
      const atoms = await readAtoms(db, community.id, count, lines);
      const parts = partition(atoms.atoms, atoms.borders, count);
      const grids = await joinParts(db, atoms, parts);
      quality.add(grids, atoms.borders, parts);
      if (await writeProposals(db, community, rows[0]!.id, grids)) quality.report.changed += grids.length;
    }
    out.progress(i + 1, communities.length, `${quality.report.grids.toLocaleString('en-US')} grids`);
  }
  await drainOutbox(db);
  const report = quality.end(options, Math.round((performance.now() - began) / 10) / 100);
  await db.query('update import_run set finished_at = now(), report = $2::jsonb where id = $1::int', [
    rows[0]!.id,
    JSON.stringify(report),
  ]);
  return report;
}
