import { badRequest } from '../errors.ts';
import type { GeocodeFileReport } from '../geocode/index.ts';
import { textOption, withDatabase, type Command } from './command.ts';
import { progressLine } from './progress.ts';

const n = (value: number) => value.toLocaleString('en-US');

function formatGeocodeReport({ rows, before, levels, rejects, ...report }: GeocodeFileReport): string[] {
  const byLevel = Object.entries(levels).sort(([, a], [, b]) => b - a);
  const reasons = Object.entries(rejects.byReason).map(
    ([reason, count]) => `${n(count)} ${reason.replaceAll('_', ' ')}`,
  );
  return [
    `geocoded 地址匹配 ${report.file} → ${report.out} in ${report.seconds} s`,
    `  rows ${n(rows)}${before > 0 ? `, ${n(before)} of them by a run before` : ''}: ${byLevel.map(([level, count]) => `${n(count)} ${level}`).join(', ')}`,
    ...(rejects.path === null ? [] : [`  rejected: ${reasons.join(', ')}: ${rejects.path}`]),
  ];
}

export const geocodeCommand: Command = {
  usage: `hekan geocode FILE [--column address] [--division-column COLUMN] [--out FILE] [--rejects FILE]
  CSV with a header, UTF-8 or GB18030, packed with gzip or not. Writes FILE.geocoded.csv: the rows as they stand, with level, confidence,
  lng, lat, code and reason behind. Killed and run again it goes on where it ended. --division-column names a column with the code
  of the division that the row comes from. Rows that cannot be read go to FILE.rejects.csv with line and reason.`,
  options: {
    column: { type: 'string' },
    'division-column': { type: 'string' },
    out: { type: 'string' },
    rejects: { type: 'string' },
  },
  async run(given) {
    const [file, ...more] = given.positionals;
    if (file === undefined || more.length > 0)
      throw badRequest('FILE', given.positionals.join(' '), 'the path of one file');
    const { geocodeFile } = await import('../geocode/index.ts');
    return withDatabase(async (db, config) => {
      const progress = progressLine();
      const report = await geocodeFile(
        db,
        { url: config.DATABASE_URL, folder: config.HEKAN_DATA, poolSize: 1 },
        file,
        {
          column: textOption(given, 'column'),
          divisionColumn: textOption(given, 'division-column'),
          out: textOption(given, 'out'),
          rejects: textOption(given, 'rejects'),
        },
        { progress: (done, total, note) => progress.show('geocode', done, total, note), line: console.log },
      ).finally(progress.end);
      for (const line of formatGeocodeReport(report)) console.log(line);
      return 0;
    });
  },
};
