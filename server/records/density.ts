import { DENSITY_LEVELS } from '../../migrations/levels.ts';
import type { Queryable } from '../db/index.ts';

/** The five classes as columns, in order. */
export const CLASS_COLUMNS = ['government', 'industry', 'supply_chain', 'governance', 'sensing'] as const;
const COLUMNS = CLASS_COLUMNS.join(', ');
const SUMS = CLASS_COLUMNS.map((c) => `sum(${c}) as ${c}`).join(', ');
const FINEST = 20;
const TO_FINEST = 2 * (31 - FINEST);
const FOLD_BATCH = 2000;

/** Deltas at every level: one row a level and cell. */
const ROLLED = (relation: string) => `
  select l.level, m.cell >> (2 * (${FINEST} - l.level)) as cell, ${CLASS_COLUMNS.map((c) => `sum(m.${c})`).join(', ')}
  from ${relation} m cross join (values ${DENSITY_LEVELS.map((level) => `(${level})`).join(', ')}) as l (level)
  group by 1, 2 order by 1, 2`;

/** Folds deltas into the density, in key order, in one statement. @returns how many there were. */
export async function foldDensity(client: Queryable): Promise<number> {
  const { rows } = await client.query<{ n: number }>(`
    with moved as (
      delete from density_delta where id in (select id from density_delta order by id limit ${FOLD_BATCH}) returning *
    ), added as (
      insert into density (level, cell, ${COLUMNS}) ${ROLLED('moved')}
      on conflict (level, cell) do update set ${CLASS_COLUMNS.map((c) => `${c} = density.${c} + excluded.${c}`).join(', ')}
    )
    select count(*)::int as n from moved`);
  return rows[0]?.n ?? 0;
}

/** Counts everything again from the places: the finest level first, each other from the one below it. */
export async function rebuildDensity(client: Queryable): Promise<void> {
  await client.query('delete from density_delta');
  await client.query('delete from density');
  await client.query(`insert into density (level, cell, ${COLUMNS})
    select ${FINEST}, cell >> ${TO_FINEST}, ${SUMS} from place group by 2 order by 2`);
  for (const level of [...DENSITY_LEVELS].reverse().slice(1)) {
    await client.query(`insert into density (level, cell, ${COLUMNS})
      select ${level}, cell >> 2, ${SUMS} from density where level = ${level + 1} group by 2 order by 2`);
  }
}

/**
 * Density of a range of cells, folded and not yet folded in one snapshot, as rows (offset, five counts) in order of cell.
 * Parameters: $1 level, $2 first, $3 last (half open, at that level, as text), $4 first and $5 last at level 20.
 */
export const READ_DENSITY = `
  select (cell - $2::bigint)::int4, ${CLASS_COLUMNS.map((c) => `sum(${c})::float8`).join(', ')}
  from (
    select cell, ${COLUMNS} from density where level = $1::smallint and cell >= $2::bigint and cell < $3::bigint
    union all
    select cell >> (2 * (${FINEST} - $1::int)), ${COLUMNS} from density_delta where cell >= $4::bigint and cell < $5::bigint
  ) as both_parts
  group by cell having ${CLASS_COLUMNS.map((c) => `sum(${c})`).join(' + ')} > 0 order by cell`;
