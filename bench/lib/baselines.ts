/** What others would send for the same view, on the same database, in the same run. */
import pg from 'pg';
import { BLOCK_WIDTH, decodeBlock } from '../../tiles/blocks.ts';
import type { Tile } from '../../tiles/grid.ts';
import { decodeCell, tileCellRange } from '../../tiles/morton.ts';
import { densityLevel } from '../../tiles/plan.ts';

const TIMEOUT_MS = 5000;
export const BASELINES = ['martinTable', 'tileservTable', 'functionDensity', 'groupBy'] as const;
export type Baseline = (typeof BASELINES)[number];

const CLASSES = 'government, industry, supply_chain, governance, sensing';
const WORLD = 40_075_016.685578488;

/** The density in rows with an index, and places with their total and a spatial index: what the baselines read. */
export async function prepareBaselines(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  const ready = await client.query(`select to_regclass('bench_density') is not null as there`);
  if (!(ready.rows[0] as { there: boolean }).there) {
    await client.query(`create table bench_density_part (level smallint, cell bigint, geom geometry(Point, 3857),
      government bigint, industry bigint, supply_chain bigint, governance bigint, sensing bigint)`);
    const { rows } = await client.query<{ level: number; block: string; payload: Buffer }>(
      'select level::int as level, block::text as block, payload from density where slice = 0 and level <= 20 order by level, block',
    );
    for (let i = 0; i < rows.length; i += 200) await insertCells(client, rows.slice(i, i + 200));
    await client.query('create index on bench_density_part (level, cell)');
    await client.query('alter table bench_density_part rename to bench_density');
    await client.query('create index if not exists bench_place_geom on place using gist (geom)');
    await client.query('vacuum analyze bench_density');
    await client.query('vacuum analyze place');
  }
  await client.end();
}

async function insertCells(
  client: pg.Client,
  blocks: { level: number; block: string; payload: Buffer }[],
): Promise<void> {
  const levels: number[] = [];
  const cells: string[] = [];
  const xs: number[] = [];
  const ys: number[] = [];
  const counts: number[][] = Array.from({ length: BLOCK_WIDTH }, () => []);
  for (const { level, block, payload } of blocks) {
    const { keys, counts: values } = decodeBlock(payload);
    const side = WORLD / 2 ** level;
    keys.forEach((key, i) => {
      const cell = BigInt(block) * 4096n + BigInt(key);
      const [x, y] = decodeCell(cell);
      levels.push(level);
      cells.push(cell.toString());
      xs.push((x + 0.5) * side - WORLD / 2);
      ys.push(WORLD / 2 - (y + 0.5) * side);
      for (let c = 0; c < BLOCK_WIDTH; c++) counts[c]!.push(values[i * BLOCK_WIDTH + c]!);
    });
  }
  await client.query(
    `insert into bench_density_part select level, cell, st_setsrid(st_makepoint(x, y), 3857), ${CLASSES}
     from unnest($1::smallint[], $2::bigint[], $3::float8[], $4::float8[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[])
       as c (level, cell, x, y, ${CLASSES})`,
    [levels, cells, xs, ys, ...counts],
  );
}

/** A table source: every row of the table in the tile, none left out (Martin), or the first 10,000 (pg_tileserv's default limit). */
const tableSource = (buffer: number, limit: string) => `
  with bounds as (select st_tileenvelope($1, $2, $3) as geom)
  select st_asmvt(t, 'place', 4096, 'geom') as tile from (
    select st_asmvtgeom(st_transform(p.geom, 3857), bounds.geom, 4096, ${buffer}, true) as geom, p.code, p.address, p.rank, p.level
    from place p, bounds
    where p.geom && st_transform(st_expand(bounds.geom, ${buffer} / 4096.0 * (st_xmax(bounds.geom) - st_xmin(bounds.geom))), 4326)
    ${limit}
  ) as t`;

interface Statement {
  text: string;
  values: (tile: Tile) => unknown[];
}

const zxy = ({ z, x, y }: Tile) => [z, x, y];
const levelOf = ({ z }: Tile) => densityLevel(z) ?? 20;
const range = (tile: Tile, level: number) => {
  const { first, last } = tileCellRange(tile, level);
  return [first.toString(), last.toString()];
};

const SQL: Record<Baseline, Statement> = {
  martinTable: { text: tableSource(64, ''), values: zxy },
  tileservTable: { text: tableSource(256, 'limit 10000'), values: zxy },
  functionDensity: {
    text: `
      select st_asmvt(t, 'density', 4096, 'geom') as tile from (
        select st_asmvtgeom(geom, st_tileenvelope($1, $2, $3), 4096, 0, true) as geom, ${CLASSES}
        from bench_density where level = $4 and cell >= $5 and cell < $6 order by cell
      ) as t`,
    values: (tile) => [...zxy(tile), levelOf(tile), ...range(tile, levelOf(tile))],
  },
  // The counts alone, which a tile would still have to be made of.
  groupBy: {
    text: `
      select cell >> $1::int as cell, class, count(*) from record where cell >= $2 and cell < $3 group by 1, 2 order by 1, 2`,
    values: (tile) => [2 * (31 - levelOf(tile)), ...range(tile, 31)],
  },
};

export interface BaselineRun {
  ms: number;
  bytes: number;
  /** It took longer than 5 s and was cancelled. */
  timedOut: boolean;
}

/** Runs a baseline for a view of density. */
export function baselineRunner(client: pg.Client): (baseline: Baseline, tile: Tile) => Promise<BaselineRun> {
  return async (baseline, tile) => {
    const { text, values } = SQL[baseline];
    await client.query(`set statement_timeout = ${TIMEOUT_MS}`);
    const began = performance.now();
    try {
      const { rows } = await client.query<{ tile?: Buffer }>({ text, name: baseline, values: values(tile) });
      return { ms: performance.now() - began, bytes: rows[0]?.tile?.length ?? 0, timedOut: false };
    } catch (error) {
      if ((error as { code?: string }).code !== '57014') throw error;
      return { ms: performance.now() - began, bytes: 0, timedOut: true };
    }
  };
}
