import { CRS_NAMES } from '../api/shapes.ts';
import { badRequest } from '../errors.ts';
import { proposeGrids, type ProposeReport } from '../records/index.ts';
import { textOption, withDatabase, type Command, type Given } from './command.ts';
import { progressLine } from './progress.ts';

const n = (value: number) => value.toLocaleString('en-US');

/** @throws HekanError('bad_request') for what is no range. */
function perGrid(given: Given): { least: number; most: number } {
  const text = textOption(given, 'per-grid') ?? '300-500';
  const [, least = 0, most = 0] = /^(\d{1,6})-(\d{1,6})$/.exec(text)?.map(Number) ?? [];
  if (!(least >= 1 && least < most)) throw badRequest('--per-grid', text, 'a range of households such as 300-500');
  return { least, most };
}

function crsOf(given: Given) {
  const text = textOption(given, 'crs') ?? '';
  const crs = CRS_NAMES.find((name) => name === text);
  if (!crs && (text !== '' || textOption(given, 'roads') !== undefined))
    throw badRequest('--crs', text, `of the roads: ${CRS_NAMES.join(', ')}`);
  return crs ?? 'wgs84';
}

function formatReport({ compactness, deviation, ...report }: ProposeReport): string[] {
  const { roads, alongRoads } = report;
  return [
    `proposed unit grids 建议网格: ${n(report.grids)} (${n(report.changed)} of them new) for ${n(report.communities)} communities without any, ` +
      `${n(report.households)} households; ${n(report.empty)} communities have no addresses`,
    ...(deviation === null
      ? []
      : [
          `  balance: ${n(report.balanced)} of ${n(report.balanceable)} grids of divided communities in the range, ` +
            `standard deviation ${(100 * deviation).toFixed(1)} % of the mean`,
        ]),
    ...(compactness === null
      ? []
      : [
          `  compactness (4π area / perimeter²): median ${compactness.median.toFixed(2)}, least ${compactness.least.toFixed(2)}`,
        ]),
    ...(roads.read > 0 ? [`  roads ${n(roads.read)}, ${n(roads.rejected)} features were none`] : []),
    ...(alongRoads === null ? [] : [`  borders along roads: ${(100 * alongRoads).toFixed(1)} %`]),
    `  ${report.seconds.toFixed(1)} s`,
  ];
}

export const proposeCommand: Command = {
  usage: `hekan propose grids [--per-grid 300-500] [--roads FILE.geojson --crs wgs84|cgcs2000|gcj02|bd09]
  Proposes unit grids for communities that have none: as many households each (those counted at addresses, else one an address),
  connected, along the roads of a file where one is given. Nothing is filed under them; hekan import grids puts real ones in their place.`,
  options: { 'per-grid': { type: 'string' }, roads: { type: 'string' }, crs: { type: 'string' } },
  async run(given) {
    const [what = '', ...more] = given.positionals;
    if (what !== 'grids' || more.length > 0) throw badRequest('what', given.positionals.join(' '), 'grids');
    const options = { ...perGrid(given), roads: textOption(given, 'roads'), crs: crsOf(given) };
    return withDatabase(async (db) => {
      const progress = progressLine();
      const out = {
        progress: (done: number, total: number | null, note?: string) => progress.show('grids', done, total, note),
        line: (line: string) => console.log(line),
      };
      const report = await proposeGrids(db, options, out).finally(progress.end);
      for (const line of formatReport(report)) console.log(line);
      return 0;
    });
  },
};
