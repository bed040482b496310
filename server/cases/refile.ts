import type { Database, Queryable } from '../db/index.ts';
import { locateDivisions } from '../city/index.ts';
import { moveCases } from './update.ts';

const CHUNK = 500;

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

/**
 * Files cases that stand under no division, or only under a coarser one, under the finest that covers them now. A case that was
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
      const moves = rows.flatMap(({ id, divisionId }, i) => {
        const to = found[i] ?? 0;
        const finer = to !== 0 && (divisionId === 0 || below.has(`${divisionId}>${to}`));
        return finer ? [{ id, divisionId: to }] : [];
      });
      await moveCases(client, moves);
      moved += moves.length;
      return rows;
    });
    const end = seen.at(-1);
    if (!end) return moved;
    last = end.id;
    progress(moved);
  }
}
