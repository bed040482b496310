import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Queryable } from '../db/index.ts';
import { tallyRelation } from '../cases/index.ts';

/** A folder for a test's files; their rejects go beside them. */
export function scratch(): {
  write: (name: string, content: string | Uint8Array) => string;
  read: (name: string) => string;
  at: (name: string) => string;
} {
  const folder = mkdtempSync(join(tmpdir(), 'hekan-import-'));
  const at = (name: string) => join(folder, name);
  return {
    at,
    write(name, content) {
      writeFileSync(at(name), content);
      return at(name);
    },
    read: (name) => readFileSync(at(name), 'utf8'),
  };
}

type Ring = [number, number][];

/** A square, closed, counter-clockwise. */
export function square(west: number, south: number, side: number): Ring {
  return [
    [west, south],
    [west + side, south],
    [west + side, south + side],
    [west, south + side],
    [west, south],
  ];
}

export function feature(properties: Record<string, unknown>, ring: unknown): object {
  return { type: 'Feature', properties, geometry: { type: 'Polygon', coordinates: [ring] } };
}

export function collection(...features: object[]): string {
  return JSON.stringify({ type: 'FeatureCollection', features });
}

/** Counts as read at a level, by division's code, beside a recount over the cases. */
export async function countedAndRecounted(
  client: Queryable,
  level: number,
): Promise<[counted: unknown[], recounted: unknown[]]> {
  const sums = `coalesce(d.code, '-') as code, sum(accepted)::int as accepted, sum(closed)::int as closed, sum(closed_on)::int as "closedOn"`;
  const counted = await client.query(
    `select ${sums} from ${tallyRelation('$1::int')} as t left join division d on d.id = t.division_id
     group by 1 having sum(accepted) <> 0 order by 1`,
    [level],
  );
  const recounted = await client.query(
    `select coalesce(a.code, '-') as code, count(*)::int as accepted,
       count(*) filter (where status = 'closed')::int as closed,
       count(*) filter (where status = 'closed' and closed_at is not null)::int as "closedOn"
     from cases c left join division d on d.id = c.division_id left join division a on a.id = d.path[$1::int]
     where accepted_at is not null group by 1 order by 1`,
    [level],
  );
  return [counted.rows, recounted.rows];
}
