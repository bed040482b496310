import { decodeCell } from '../../tiles/morton.ts';
import type { Tile } from '../../tiles/grid.ts';
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
import { CASE_COLUMNS, encodeCases, type Single } from './encodeCases.ts';
import type { TileContext, TileLayer } from './layers.ts';

/** From this zoom on a single case that is no longer open is told with its attributes, where there are not too many of them. */
const HISTORY_ZOOM = 12;
const MAX_HISTORY = 256;

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

async function readTile(held: HeldCases, context: TileContext, tile: Tile, query: string) {
  const { db, scope, now, signal } = context;
  const filter = parseCaseFilter(Object.fromEntries(new URLSearchParams(query)));
  const level = Math.min(HELD_LEVEL, caseLevel(tile.z));
  const groups =
    held.groups(tile, level, filter, scope, now) ?? (await readGroups(db, scope, filter, now, tile, level, signal));
  if (groups.length === 0) return new Uint8Array(0);
  const singles = describeOpen(groups, held, now);
  await describeMore(db, toDescribe(groups, tile, singles), now, signal, singles);
  return encodeCases(groups, singles, tile);
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
          CASE_COLUMNS.slice(1).map(({ name, type }) => [name, type === 'string' ? 'String' : 'Number']),
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
