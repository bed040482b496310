import { writeFileSync } from 'node:fs';
import { WHOLE_CITY } from '../access/index.ts';
import { cityClock, readCity } from '../city/index.ts';
import { badRequest, HekanError } from '../errors.ts';
import { LANGUAGES } from '../files/index.ts';
import { dailyReport, makeReport, monthlyReport, reportName, type ReportOf } from '../kpi/index.ts';
import { textOption, withDatabase, type Command, type Given } from './command.ts';

/** Which report is asked for. @throws HekanError('bad_request') that names what is wrong. */
function reportOf(given: Given, timeZone: string, now: Date): ReportOf {
  const [kind] = given.positionals;
  const [date, month] = [textOption(given, 'date'), textOption(given, 'month')];
  if (kind === 'daily') {
    if (month !== undefined) throw badRequest('--month', month, '--date for a daily report');
    return dailyReport('--date', date, timeZone, now);
  }
  if (kind !== 'monthly') throw badRequest('what', kind ?? '', 'daily or monthly');
  if (date !== undefined) throw badRequest('--date', date, '--month for a monthly report');
  return monthlyReport('--month', month, timeZone, now);
}

function write(file: string, bytes: Buffer): void {
  try {
    writeFileSync(file, bytes);
  } catch (cause) {
    throw new HekanError('bad_request', `--out: ${file}: ${(cause as Error).message}`, {
      field: 'out',
      given: file,
      cause,
    });
  }
}

export const reportCommand: Command = {
  usage: `hekan report daily|monthly [--date YYYY-MM-DD | --month YYYY-MM] [--lang zh|en] [--out FILE]
  The report of a day (yesterday unless told) or of a month (the last one), as a workbook. A month is drawn from its signed snapshot where
  there is one, and says so. Without --out it is daily-….xlsx or monthly-….xlsx here.`,
  options: {
    ...{ date: { type: 'string' }, month: { type: 'string' }, lang: { type: 'string' }, out: { type: 'string' } },
  },
  run: (given) =>
    withDatabase(async (db) => {
      const city = await readCity(db);
      if (!city) throw new HekanError('not_ready', 'there is no city yet: run `hekan demo` or import one');
      const asked = textOption(given, 'lang') ?? 'zh';
      const lang = LANGUAGES.find((one) => one === asked);
      if (!lang) throw badRequest('--lang', asked, LANGUAGES.join(' or '));
      const now = cityClock(city).now();
      const of = reportOf(given, city.timeZone, now);
      const bytes = await db.snapshot((client) => makeReport(client, WHOLE_CITY, of, city, lang, now));
      const file = textOption(given, 'out') ?? `${reportName(of)}.xlsx`;
      write(file, bytes);
      console.log(`· ${file}: ${(bytes.length / 1000).toFixed(0)} kB`);
      return 0;
    }),
};
