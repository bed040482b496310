import { contributions, TALLY_LEVELS, tallyRelation } from './cases/index.ts';
import type { Database } from './db/index.ts';
import { CLASS_COLUMNS } from './records/index.ts';
import { DENSITY_LEVELS } from '../migrations/levels.ts';

export interface Verdict {
  compared: number;
  different: number;
}

const COUNTS = ['accepted', 'closed', 'ended', 'closed_on'];

async function compare(
  db: Database,
  read: string,
  recount: string,
  keys: string[],
  counts: string[],
  params: unknown[],
): Promise<Verdict> {
  const { rows } = await db.query<Verdict>(
    `with as_read as (${read}), recount as (${recount})
     select count(*)::int as compared, (count(*) filter (where ${counts
       .map((c) => `coalesce(r.${c}, 0) <> coalesce(n.${c}, 0)`)
       .join(' or ')}))::int as different
     from as_read r full join recount n using (${keys.join(', ')})`,
    params,
  );
  return rows[0] ?? { compared: 0, different: 0 };
}

function add(a: Verdict, b: Verdict): Verdict {
  return { compared: a.compared + b.compared, different: a.different + b.different };
}

/** Invariant 3 for rates: what is read from tally and deltas is what a recount of the cases gives. */
export async function verifyTally(db: Database): Promise<Verdict> {
  let verdict: Verdict = { compared: 0, different: 0 };
  for (const level of TALLY_LEVELS) {
    const sums = COUNTS.map((c) => `sum(${c})::bigint as ${c}`).join(', ');
    const read = `select division_id, day, ${sums} from ${tallyRelation(1)} as t group by 1, 2`;
    const recount = `select coalesce(d.path[$1::int], 0) as division_id, c.day, ${sums}
      from (${contributions('cases')}) as c left join division d on d.id = c.division_id group by 1, 2`;
    verdict = add(verdict, await compare(db, read, recount, ['division_id', 'day'], COUNTS, [level]));
  }
  return verdict;
}

/** Invariant 3 for density: what is read at each level is what a recount of the places gives, and the places' counts are the records'. */
export async function verifyDensity(db: Database): Promise<Verdict> {
  let verdict: Verdict = { compared: 0, different: 0 };
  for (const level of DENSITY_LEVELS) {
    const last = (1n << BigInt(2 * level)).toString();
    const read = `select cell, ${CLASS_COLUMNS.map((c) => `sum(${c}) as ${c}`).join(', ')} from (
        select cell, ${CLASS_COLUMNS.join(', ')} from density where level = $1::smallint and cell < $2::bigint
        union all select cell >> (2 * (20 - $1::int)), ${CLASS_COLUMNS.join(', ')} from density_delta) as t group by 1`;
    const recount = `select cell >> (2 * (31 - $1::int)) as cell, ${CLASS_COLUMNS.map((c) => `sum(${c}) as ${c}`).join(', ')}
      from place group by 1`;
    verdict = add(verdict, await compare(db, read, recount, ['cell'], [...CLASS_COLUMNS], [level, last]));
  }
  const placed = `select cell, n, ${CLASS_COLUMNS.join(', ')} from place`;
  const records = `select cell, n, ${CLASS_COLUMNS.map((c, i) => `count(*) filter (where class = ${i}) as ${c}`).join(', ')}
    from record where cell is not null group by 1, 2`;
  return add(verdict, await compare(db, placed, records, ['cell', 'n'], [...CLASS_COLUMNS], []));
}
