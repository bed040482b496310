import { codeOfCell, coarsenCodes } from '../../tiles/codes.ts';
import { cellOf } from '../../tiles/morton.ts';
import { appendDataEvent, type Database, type Queryable } from '../db/index.ts';
import { locateDivisions } from '../city/index.ts';
import { CASE_LAYERS } from './announce.ts';
import { moveCases } from './update.ts';

const CHUNK = 500;
/** Dirty codes told of one chunk. */
const MAX_DIRTY = 200;

/** Cases with a position that stand under no division, or under one that has finer ones below it. */
const CANDIDATES = `
  select id::text, division_id as "divisionId", st_x(geom) as lng, st_y(geom) as lat from cases
  where id > $1::bigint and geom is not null and (division_id = 0 or division_id = any($2::int[]))
  order by cases.id limit ${CHUNK} for update`;

interface Candidate {
  id: string;
  divisionId: number;
  lng: number;
  lat: number;
}

/** Pairs of (a division, what lies somewhere below it), as "above>below". */
async function readBelow(client: Queryable): Promise<{ parents: number[]; below: Set<string> }> {
  const { rows } = await client.query<{ id: number; path: (number | null)[] }>(
    'select id, path from division where valid_to is null',
  );
  const below = new Set<string>();
  const parents = new Set<number>();
  for (const { id, path } of rows) {
    for (const above of path) {
      if (above === null || above === id) continue;
      parents.add(above);
      below.add(`${above}>${id}`);
    }
  }
  return { parents: [...parents], below };
}

/** A tile that is filtered by division may hold other cases now. */
async function announceMoves(client: Queryable, moves: readonly { id: string; code: number }[]): Promise<void> {
  if (moves.length === 0) return;
  const dirty = coarsenCodes(
    moves.map(({ code }) => code),
    MAX_DIRTY,
  );
  await appendDataEvent(client, 'refiled', CASE_LAYERS, { dirty, caseIds: moves.map(({ id }) => Number(id)) });
}

/**
 * Files cases that stand under no division, or only under a coarser one, under the finest that covers them now, and tells it. A case that was
 * filed under a division stays within it. In chunks, each with its counts; can be ended and run again.
 * @returns how many were moved.
 */
export async function refileCases(db: Database, progress: (done: number) => void): Promise<number> {
  const { parents, below } = await readBelow(db);
  let moved = 0;
  let last = '0';
  for (;;) {
    const seen = await db.transaction(async (client) => {
      const { rows } = await client.query<Candidate>(CANDIDATES, [last, parents]);
      const found = await locateDivisions(
        client,
        rows.map(({ lng, lat }) => [lng, lat] as const),
      );
      const moves = rows.flatMap(({ id, divisionId, lng, lat }, i) => {
        const to = found[i] ?? 0;
        const finer = to !== 0 && (divisionId === 0 || below.has(`${divisionId}>${to}`));
        return finer ? [{ id, divisionId: to, code: codeOfCell(cellOf(lng, lat)) }] : [];
      });
      await moveCases(client, moves);
      await announceMoves(client, moves);
      moved += moves.length;
      return rows;
    });
    const end = seen.at(-1);
    if (!end) return moved;
    last = end.id;
    progress(moved);
  }
}
