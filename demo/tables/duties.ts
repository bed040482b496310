/** Who leads and who assists, and when two reports are of one thing. */
import type { DemoCategory, DemoRules } from '../types.ts';

/** Assisting departments by major class or by category, the more exact one counts. */
// prettier-ignore
const ASSISTING: Record<string, string[]> = {
  '01001': ['public_works'], '01002': ['public_works'], '01012': ['power'], '06012': ['urban_management'], '06013': ['traffic_police'],
  '06020': ['ecology', 'market'], '06031': ['community'], '08002': ['ecology', 'police'], '08005': ['ecology'], '09003': ['urban_management'],
  '09006': ['market', 'community'], '09012': ['community', 'traffic_police'], '09015': ['natural_resources', 'community'],
  '10001': ['public_works', 'community'], '10002': ['traffic_police', 'emergency'], '10004': ['fire', 'emergency'], '10011': ['fire'],
  '20101': ['housing', 'community'], '20102': ['housing'], '21101': ['community', 'market'], '21102': ['community'],
  '22101': ['housing', 'police'], '23107': ['ecology'], '24101': ['traffic_police', 'market'],
};

/** What the counties leave to their own comprehensive law enforcement: they have no municipal bureaus. */
const COUNTY_LEAD = 'urban_management';
const MUNICIPAL = new Set(['sanitation', 'public_works', 'parks', 'housing']);

/** Radius and window in which reports of a category are proposed as one, by kind; some categories have their own. */
// prettier-ignore
const SAME: Record<string, [radiusM: number, windowHours: number]> = {
  component: [15, 30 * 24], event: [50, 72], hotline: [30, 7 * 24],
  '06010': [30, 24], '06012': [100, 24], '06013': [20, 15 * 24], '09003': [30, 4], '09006': [60, 8], '09015': [25, 60 * 24],
  '10001': [150, 48], '10002': [150, 24], '10006': [200, 3], '20101': [40, 72], '20102': [40, 48], '22101': [200, 30 * 24], '23101': [300, 12],
};

/** A row for the city, and one for each county where another department leads. */
export function buildDuties(categories: readonly DemoCategory[], counties: readonly string[]): DemoRules['duties'] {
  return categories.flatMap(({ code: categoryCode, departmentKey, kind }) => {
    const assisting = ASSISTING[categoryCode] ?? [];
    const city = { categoryCode, districtCode: null, departmentKey, assisting };
    if (kind === 'hotline' || !MUNICIPAL.has(departmentKey)) return [city];
    const helpers = [...assisting.filter((key) => key !== COUNTY_LEAD && key !== 'community'), 'community'];
    return [
      city,
      ...counties.map((districtCode) => ({
        categoryCode,
        districtCode,
        departmentKey: COUNTY_LEAD,
        assisting: helpers,
      })),
    ];
  });
}

/** A rule for every category. */
export function buildDuplicates(categories: readonly DemoCategory[]): DemoRules['duplicates'] {
  return categories.map(({ code: categoryCode, kind }) => {
    const [radiusM, windowHours] = SAME[categoryCode] ?? SAME[kind]!;
    return { categoryCode, radiusM, windowHours };
  });
}
