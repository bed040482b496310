import { setImmediate as breathe } from 'node:timers/promises';
import { scopeParam, type Scope } from '../access/index.ts';
import { BLOCK_WIDTH, type Block } from '../../tiles/blocks.ts';
import { joinCell, PLACE_LEVEL, splitPlaceKey } from '../../tiles/pyramid.ts';
import { chunked, type Database, type Queryable } from '../db/index.ts';
import { readBlocks } from './density.ts';

/** Blocks whose records are counted in one statement: on the embedded engine everybody else waits for it. */
const BLOCKS = { postgresql: 64, embedded: 8 };
/** What changed since is looked for this often, when somebody asks. */
const CHECK_MS = 2000;

/** Records on the places of one finest division that have one level. */
interface Cell {
  /** Ids from the city down; null where a level is left out. */
  path: readonly (number | null)[];
  level: string;
  records: number;
}

/** How near the records came, counted at one state of the data. */
export interface MatchLevels {
  /** When it was counted. */
  asOf: Date;
  cells: readonly Cell[];
}

const total = (block: Block, at: number): number => {
  let sum = 0;
  for (let c = 0; c < BLOCK_WIDTH; c++) sum += block.counts[at * BLOCK_WIDTH + c]!;
  return sum;
};

/** Records of some blocks, by finest division and level of their places. */
async function countBlocks(db: Database, blocks: readonly string[]) {
  const [cells, ns, records]: [string[], number[], number[]] = [[], [], []];
  for (const [tile, block] of await readBlocks(db, PLACE_LEVEL, blocks))
    for (const [at, key] of block.keys.entries()) {
      const { inside, n } = splitPlaceKey(key);
      cells.push(joinCell(Number(tile), inside).toString());
      ns.push(n);
      records.push(total(block, at));
    }
  const { rows } = await db.query<{ division: number; level: string; records: number }>(
    `select p.division_id as division, p.level, sum(k.records)::float8 as records
     from unnest($1::bigint[], $2::int[], $3::float8[]) as k (cell, n, records) join place p on p.cell = k.cell and p.n = k.n
     group by 1, 2`,
    [cells, ns, records],
  );
  return rows;
}

/** Newest change of what the counts come from. */
async function readVersion(client: Queryable): Promise<number> {
  const { rows } = await client.query<{ seq: number }>(
    `select coalesce(max(seq), 0)::int as seq from tile_version where layer in ('density', 'places', 'addresses', 'divisions')`,
  );
  return rows[0]?.seq ?? 0;
}

/** Counts the records by the level of their places, from the blocks of density: the cost is that of the places, not of the records. */
export async function countMatchLevels(db: Database, asOf: Date): Promise<MatchLevels> {
  const { rows } = await db.query<{ block: string }>(
    `select distinct block::text as block from (
       select block from density where slice = 0 and level = ${PLACE_LEVEL} union all
       select block from density_delta where level = ${PLACE_LEVEL}) as known order by 1`,
  );
  const sums = new Map<string, { division: number; level: string; records: number }>();
  for (const some of chunked(
    rows.map(({ block }) => block),
    BLOCKS[db.engine],
  )) {
    for (const row of await countBlocks(db, some)) {
      const key = `${row.division} ${row.level}`;
      const known = sums.get(key);
      if (known) known.records += row.records;
      else sums.set(key, row);
    }
    await breathe();
  }
  const divisions = await db.query<{ id: number; path: (number | null)[] }>('select id, path from division');
  const paths = new Map(divisions.rows.map(({ id, path }) => [id, path]));
  const cells = [...sums.values()]
    .filter(({ records }) => records !== 0)
    .map(({ division, level, records }): Cell => ({ path: paths.get(division) ?? [], level, records }));
  return { asOf, cells };
}

/** Keeps the counts of a city in memory: made when first asked for, and again, behind the answers, when records or addresses change. */
export class KeptMatchLevels {
  readonly #db: Database;
  readonly #now: () => Date;
  readonly #onError: (error: unknown) => void;
  #current: Promise<MatchLevels> | null = null;
  #version = -1;
  #checkedAt = 0;
  #renewing = false;

  /** @param onError told where they could not be counted again: those from before go on answering. */
  constructor(db: Database, now: () => Date, onError: (error: unknown) => void) {
    this.#db = db;
    this.#now = now;
    this.#onError = onError;
  }

  async get(): Promise<MatchLevels> {
    if (!this.#current) {
      const first = this.#count();
      this.#current = first;
      first.catch(() => (this.#current = null));
      return first;
    }
    const known = await this.#current;
    if (!this.#renewing && Date.now() - this.#checkedAt >= CHECK_MS) {
      this.#renewing = true;
      void this.#renew()
        .catch(this.#onError)
        .finally(() => {
          this.#renewing = false;
          this.#checkedAt = Date.now();
        });
    }
    return known;
  }

  async #count(): Promise<MatchLevels> {
    const version = await readVersion(this.#db);
    const counted = await countMatchLevels(this.#db, this.#now());
    this.#version = version;
    this.#checkedAt = Date.now();
    return counted;
  }

  async #renew(): Promise<void> {
    if ((await readVersion(this.#db)) === this.#version) return;
    const counted = await this.#count();
    this.#current = Promise.resolve(counted);
  }
}

/** Records by level of a division with all below it, as one reader sees them. */
export type ByLevel = Map<string, number>;

/**
 * Rolls the counts up.
 * @param level 1 to 5. @param within a division of a higher level; null: the whole city.
 * @returns by division of the level; 0: inside none of them.
 */
export function rollUp(
  { cells }: MatchLevels,
  scope: Scope,
  level: number,
  within: number | null,
): Map<number, ByLevel> {
  const seen = scopeParam(scope);
  const found = new Map<number, ByLevel>();
  for (const { path, level: matched, records } of cells) {
    if (seen && !seen.some((id) => path.includes(id))) continue;
    if (within !== null && !path.includes(within)) continue;
    const id = path[level - 1] ?? 0;
    const of = found.get(id) ?? new Map<string, number>();
    found.set(id, of.set(matched, (of.get(matched) ?? 0) + records));
  }
  return found;
}
