import type { DemoRules } from '../../demo/types.ts';
import type { Database, Queryable } from '../db/index.ts';
import type { DemoWords } from './loadCases.ts';

/** Writes what the city has decided of its cases: limits, duties, duplicates, stages, grades of areas and the working calendar.
 * @param divisions id by code. */
export async function loadRules(
  db: Database,
  rules: DemoRules,
  { categories, departments }: DemoWords,
  divisions: ReadonlyMap<string, number>,
): Promise<void> {
  const category = (code: string) => categories.get(code)!.id;
  await db.transaction(async (client) => {
    await loadLimits(client, rules, category);
    await loadDuties(client, rules, { category, departments, divisions });
    await client.query(
      `insert into duplicate_rule (category_id, radius_m, window_hours) select * from unnest($1::int[], $2::float8[], $3::float8[])`,
      [
        rules.duplicates.map(({ categoryCode }) => category(categoryCode)),
        rules.duplicates.map(({ radiusM }) => radiusM),
        rules.duplicates.map(({ windowHours }) => windowHours),
      ],
    );
    for (const { year, hours, daysOff, makeUpDays } of rules.workYears)
      await client.query(
        `insert into work_calendar (year, hours, days_off, make_up_days) values ($1::int, $2::text[], $3::date[], $4::date[])`,
        [year, hours, daysOff, makeUpDays],
      );
    await client.query(
      `update division d set area_grade = g.grade from unnest($1::int[], $2::smallint[]) as g (id, grade) where d.id = g.id`,
      [[...rules.areaGrades.keys()].map((code) => divisions.get(code)!), [...rules.areaGrades.values()]],
    );
  });
}

async function loadLimits(client: Queryable, rules: DemoRules, category: (code: string) => number): Promise<void> {
  const { limits, stages } = rules;
  await client.query(
    `insert into time_limit (category_id, filing_condition, area_grade, value, unit)
     select * from unnest($1::int[], $2::text[], $3::smallint[], $4::float8[], $5::limit_unit[])`,
    [
      limits.map(({ categoryCode }) => category(categoryCode)),
      limits.map(({ condition }) => condition),
      limits.map(({ areaGrade }) => areaGrade),
      limits.map(({ value }) => value),
      limits.map(({ unit }) => unit),
    ],
  );
  await client.query(
    `insert into stage_limit (stage, value, unit) select * from unnest($1::text[], $2::float8[], $3::limit_unit[])`,
    [stages.map(({ stage }) => stage), stages.map(({ value }) => value), stages.map(({ unit }) => unit)],
  );
}

interface Ids {
  category: (code: string) => number;
  departments: ReadonlyMap<string, number>;
  divisions: ReadonlyMap<string, number>;
}

async function loadDuties(client: Queryable, { duties }: DemoRules, ids: Ids): Promise<void> {
  const { category, departments, divisions } = ids;
  await client.query(
    `insert into duty (category_id, division_id, department_id, assisting)
     select category_id, division_id, department_id, assisting::int[] from unnest($1::int[], $2::int[], $3::int[], $4::text[])
       as d (category_id, division_id, department_id, assisting)`,
    [
      duties.map(({ categoryCode }) => category(categoryCode)),
      duties.map(({ districtCode }) => (districtCode === null ? 0 : divisions.get(districtCode)!)),
      duties.map(({ departmentKey }) => departments.get(departmentKey)!),
      duties.map(({ assisting }) => `{${assisting.map((key) => departments.get(key)!).join(',')}}`),
    ],
  );
}
