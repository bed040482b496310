import { z } from 'zod';
import type { Database, Queryable } from '../../db/index.ts';
import { readJsonFile } from '../../files/index.ts';
import { STAGES, type Stage } from '../effects.ts';
import { WorkCalendar } from '../time/workCalendar.ts';
import { LIMIT_UNITS } from '../words.ts';

const day = z.string().regex(/^\d{4}-\d\d-\d\d$/, 'expected YYYY-MM-DD');
const limit = z.strictObject({ value: z.number().positive().max(10_000), unit: z.enum(LIMIT_UNITS) });

/** What a calendar file holds. docs/workflow.md tells it to people. */
const CALENDAR_SCHEMA = z.strictObject({
  $comment: z.string().optional(),
  years: z
    .array(
      z.strictObject({
        year: z.number().int().min(1970).max(2200),
        hours: z.array(z.string()).min(1),
        daysOff: z.array(day).default([]),
        makeUpDays: z.array(day).default([]),
      }),
    )
    .default([]),
  /** Hours after the deadline at which an open case is escalated, to level 1, 2 …; [] ends it. */
  escalation: z
    .array(z.number().min(0).max(10_000))
    .max(9)
    .refine((hours) => hours.every((one, i) => i === 0 || one > hours[i - 1]!), 'each level later than the one before')
    .optional(),
  stages: z.partialRecord(z.enum(Object.keys(STAGES) as [Stage, ...Stage[]]), limit).default({}),
});

export interface CalendarReport {
  years: number[];
  stages: string[];
}

/**
 * Takes the working calendar of some years in, and the limits of stages; what the file does not name stays. Deadlines that were given
 * stay as they are: the limit that a case was given is kept with it.
 * @throws HekanError('bad_request') that names the key and the value.
 */
export async function importCalendar(db: Database, path: string): Promise<CalendarReport> {
  const { years, stages, escalation } = readJsonFile(path, 'file', 'calendar', CALENDAR_SCHEMA);
  // Checks what a schema cannot: spans in order, days of their year.
  new WorkCalendar('UTC', years);
  await db.transaction(async (client) => {
    for (const { year, hours, daysOff, makeUpDays } of years)
      await client.query(
        `insert into work_calendar (year, hours, days_off, make_up_days) values ($1::int, $2::text[], $3::date[], $4::date[])
         on conflict (year) do update set hours = excluded.hours, days_off = excluded.days_off, make_up_days = excluded.make_up_days`,
        [year, hours, daysOff, makeUpDays],
      );
    for (const [stage, { value, unit }] of Object.entries(stages))
      await client.query(
        `insert into stage_limit (stage, value, unit) values ($1::text, $2::float8, $3::limit_unit)
         on conflict (stage) do update set value = excluded.value, unit = excluded.unit`,
        [stage, value, unit],
      );
    if (escalation) await writeRules(client, escalation);
  });
  return { years: years.map(({ year }) => year), stages: Object.keys(stages) };
}

async function writeRules(client: Queryable, overdueHours: readonly number[]): Promise<void> {
  await client.query('delete from escalation_rule');
  await client.query(
    `insert into escalation_rule (level, overdue_hours) select n, hours from unnest($1::float8[]) with ordinality as r (hours, n)`,
    [overdueHours],
  );
}
