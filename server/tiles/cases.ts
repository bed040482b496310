import { decodeCell } from '../../tiles/morton.ts';
import { POSITION_LEVEL, type Tile } from '../../tiles/grid.ts';
import { cellsToTileXY, encodePointLayers, type Column } from '../../tiles/mvt.ts';
import { caseLevel } from '../../tiles/plan.ts';
import {
  CASE_STATUSES,
  HELD_LEVEL,
  lightOf,
  lightOfOpen,
  type CaseGroup,
  type CaseStatus,
  type HeldCases,
} from '../cases/index.ts';
import type { Database } from '../db/index.ts';
import { checkWords, formatCaseFilter, parseCaseFilter } from './caseFilter.ts';
import { readGroups } from './caseGroups.ts';
import type { TileContext, TileLayer } from './layers.ts';

const EXTENT = 4096;
const MAX_BYTES = 500_000;
/** From this zoom on a single case that is no longer open is told with its attributes, where there are not too many of them. */
const HISTORY_ZOOM = 12;
const MAX_HISTORY = 512;

const COLUMNS: Column[] = [
  { name: 'feature_id', type: 'uint' },
  { name: 'id', type: 'uint' },
  { name: 'case_no', type: 'string' },
  { name: 'status', type: 'string' },
  { name: 'category', type: 'string' },
  { name: 'category_zh', type: 'string' },
  { name: 'category_en', type: 'string' },
  { name: 'light', type: 'string' },
  { name: 'yellow_at', type: 'uint' },
  { name: 'due_at', type: 'uint' },
  { name: 'n', type: 'uint' },
  { name: 'green', type: 'uint' },
  { name: 'yellow', type: 'uint' },
  { name: 'red', type: 'uint' },
];
const WORDY = ['case_no', 'category', 'category_zh', 'category_en'];
const PLAIN = COLUMNS.map((column, at) => ({ ...column, at })).filter(
  ({ name }) => !WORDY.includes(name) && name !== 'feature_id',
);

/** A case that stands for itself: its row from feature_id to due_at, and where it is on level 31. */
interface Single {
  row: unknown[];
  x31: number;
  y31: number;
}

const seconds = (ms: number | null) => (ms === null ? null : Math.floor(ms / 1000));

/** Singles of the held open cases. */
function describeOpen(groups: readonly CaseGroup[], held: HeldCases, now: Date): Map<number, Single> {
  const singles = new Map<number, Single>();
  for (const { open } of groups) {
    if (!open) continue;
    const { id, caseNo, statusName, x31, y31, yellowAt, dueAt } = open;
    const words = held.categoryWords(open.category);
    const light = lightOfOpen(open, now.getTime());
    const texts = [caseNo, statusName, words?.code, words?.zh, words?.en, light];
    singles.set(id, { row: [id, id, ...texts, seconds(yellowAt), seconds(dueAt)], x31, y31 });
  }
  return singles;
}

const DESCRIBE = `
  select c.id::float8, c.case_no, c.status::text, g.code, g.name_zh, g.name_en, c.cell::text, c.yellow_at, c.due_at
  from cases c left join category g on g.id = c.category_id where c.id = any($1::bigint[]) and c.cell is not null`;

type Described = [
  id: number,
  caseNo: string,
  status: CaseStatus,
  code: string | null,
  zh: string | null,
  en: string | null,
  cell: string,
  yellowAt: Date | null,
  dueAt: Date | null,
];

/** The other singles, from the database. One that is gone by now stays a count. */
async function describeMore(db: Database, ids: number[], now: Date, signal: AbortSignal, into: Map<number, Single>) {
  if (ids.length === 0) return;
  for (const row of await db.read<Described>('case-singles', DESCRIBE, [ids], signal)) {
    const [id, caseNo, status, code, zh, en, cell, yellowAt, dueAt] = row;
    const [x31, y31] = decodeCell(BigInt(cell));
    const light = lightOf(status, yellowAt, dueAt, now);
    const times = [seconds(yellowAt?.getTime() ?? null), seconds(dueAt?.getTime() ?? null)];
    into.set(id, { row: [id, id, caseNo, status, code, zh, en, light, ...times], x31, y31 });
  }
}

/** Which singles the database is to describe: open ones always, others close by and where they are few. */
function toDescribe(groups: readonly CaseGroup[], tile: Tile, known: ReadonlyMap<number, Single>): number[] {
  const open: number[] = [];
  const history: number[] = [];
  for (const { id, green, yellow, red } of groups) {
    if (id === null || known.has(id)) continue;
    (green + yellow + red > 0 ? open : history).push(id);
  }
  return tile.z >= HISTORY_ZOOM && history.length <= MAX_HISTORY ? [...open, ...history] : open;
}

const BLANK = new Array<null>(10).fill(null);

/** Singles where they are, groups at the centre of their cell. */
function encodeTile(
  groups: readonly CaseGroup[],
  singles: ReadonlyMap<number, Single>,
  tile: Tile,
): Uint8Array<ArrayBuffer> {
  const { xs, ys } = cellsToTileXY(
    groups.map(({ offset }) => offset),
    tile.z,
    caseLevel(tile.z),
  );
  const unit = 2 ** (POSITION_LEVEL - tile.z) / EXTENT;
  const rows = groups.map(({ id, n, green, yellow, red }, i) => {
    const single = id === null ? undefined : singles.get(id);
    if (!single) return [...BLANK, n, green, yellow, red];
    xs[i] = Math.floor(single.x31 / unit) - tile.x * EXTENT;
    ys[i] = Math.floor(single.y31 / unit) - tile.y * EXTENT;
    return single.row;
  });
  const layer = { name: 'cases', rows, xs, ys, id: 0 };
  const bytes = encodePointLayers([{ ...layer, columns: COLUMNS }]);
  // Numbers and names as long as they may be: then a tile goes without them.
  return bytes.length <= MAX_BYTES ? bytes : encodePointLayers([{ ...layer, columns: PLAIN }]);
}

async function readTile(held: HeldCases, context: TileContext, tile: Tile, query: string) {
  const { db, scope, now, signal } = context;
  const filter = parseCaseFilter(Object.fromEntries(new URLSearchParams(query)));
  const level = Math.min(HELD_LEVEL, caseLevel(tile.z));
  const groups =
    held.groups(tile, level, filter, scope, now) ?? (await readGroups(db, scope, filter, now, tile, level, signal));
  if (groups.length === 0) return new Uint8Array(0);
  const singles = describeOpen(groups, held, now);
  await describeMore(db, toDescribe(groups, tile, singles), now, signal, singles);
  return encodeTile(groups, singles, tile);
}

/** Cases by cell of 1/64 tile, exact at every zoom. */
export function casesLayer(held: HeldCases): TileLayer {
  return {
    name: 'cases',
    minZoom: 0,
    maxZoom: 20,
    vectorLayers: [
      {
        id: 'cases',
        description: `Cases 案件; status: ${CASE_STATUSES.join(', ')}; light: green, yellow, red`,
        minzoom: 0,
        maxzoom: 20,
        fields: Object.fromEntries(
          COLUMNS.slice(1).map(({ name, type }) => [name, type === 'string' ? 'String' : 'Number']),
        ),
      },
    ],
    parseQuery(query) {
      const filter = parseCaseFilter(query);
      checkWords(filter, held);
      return formatCaseFilter(filter);
    },
    read: (context, tile, query) => readTile(held, context, tile, query),
  };
}
