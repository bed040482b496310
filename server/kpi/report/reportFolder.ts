import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WHOLE_CITY } from '../../access/index.ts';
import { readCity, type City } from '../../city/index.ts';
import type { Database } from '../../db/index.ts';
import { HekanError } from '../../errors.ts';
import { addDays, dayIn } from '../days.ts';
import { beginOfDay, GRACE_MS } from '../snapshot/index.ts';
import { makeReport, reportName } from './report.ts';
import type { ReportOf } from './reportData.ts';

/** Days that are made up for when nobody was there. */
const MAX_DAYS_BACK = 31;

interface Written {
  kind: ReportOf['kind'];
  period: string;
}

/** Days whose report is due: yesterday, and those since the last one that was written. */
export function dueDays(timeZone: string, written: readonly string[], now: Date): string[] {
  const today = dayIn(timeZone, now);
  const settled = now.getTime() >= beginOfDay(timeZone, today).getTime() + GRACE_MS;
  const last = addDays(today, settled ? -1 : -2);
  const newest = [...written].sort().at(-1);
  const earliest = addDays(last, 1 - MAX_DAYS_BACK);
  let day = newest === undefined ? last : addDays(newest, 1);
  if (day < earliest) day = earliest;
  const due: string[] = [];
  for (; day <= last; day = addDays(day, 1)) due.push(day);
  return due;
}

/** The next report that is due: months as soon as they are signed, days when they are over. */
async function nextDue(db: Database, timeZone: string, now: Date): Promise<ReportOf | null> {
  const { rows } = await db.query<Written>('select kind, period from report_written');
  const of = (kind: Written['kind']) => rows.filter((row) => row.kind === kind).map(({ period }) => period);
  const { rows: months } = await db.query<{ month: string }>(
    `select month from kpi_snapshot where month not in (select period from report_written where kind = 'monthly') order by month`,
  );
  // A city that turns reports on has months from before: only its last one is written then.
  const month =
    of('monthly').length === 0 ? months.at(-1) : months.find(({ month }) => month > [...of('monthly')].sort()[0]!);
  if (month) return { kind: 'monthly', month: month.month };
  const [date] = dueDays(timeZone, of('daily'), now);
  return date === undefined ? null : { kind: 'daily', date };
}

function linkWhole(folder: string, name: string, bytes: Buffer): void {
  const part = join(folder, `.${name}.${process.pid}.part`);
  writeFileSync(part, bytes);
  try {
    linkSync(part, join(folder, name));
  } finally {
    rmSync(part, { force: true });
  }
}

/** Puts a file into a folder in one piece; one that is there stays as it is. */
function putFile(folder: string, name: string, bytes: Buffer): void {
  try {
    mkdirSync(folder, { recursive: true });
    linkWhole(folder, name, bytes);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return;
    const field = 'HEKAN_REPORT_FOLDER';
    throw new HekanError('setup', `${field}: ${folder}: ${(cause as Error).message}`, { field, given: folder, cause });
  }
}

async function writeReport(db: Database, folder: string, of: ReportOf, city: City, now: Date): Promise<void> {
  const bytes = await db.snapshot((client) => makeReport(client, WHOLE_CITY, of, city, 'zh', now));
  putFile(folder, `${reportName(of)}.xlsx`, bytes);
  const period = of.kind === 'daily' ? of.date : of.month;
  await db.query(
    `insert into report_written (kind, period, at) values ($1::text, $2::text, $3::timestamptz) on conflict do nothing`,
    [of.kind, period, now],
  );
}

/**
 * Writes the oldest report that is due into a folder: in one piece, and never twice, also where it was taken out of the folder since.
 * @returns its name; null: none is due.
 * @throws HekanError('setup') where the folder cannot be written.
 */
export async function writeDueReport(db: Database, folder: string, now: Date): Promise<string | null> {
  const city = await readCity(db);
  if (!city?.ready) return null;
  const due = await nextDue(db, city.timeZone, now);
  if (!due) return null;
  await writeReport(db, folder, due, city, now);
  return reportName(due);
}
