/** What the demonstration city has decided of its cases, beside what happens in it. */
import { DISTRICTS } from '../layout.ts';
import type { DemoCategory, DemoDivision, DemoRules } from '../types.ts';
import { buildDuplicates, buildDuties } from './duties.ts';
import { buildLimits, STAGE_LIMITS } from './limits.ts';
import { buildWorkYears } from './workYears.ts';

export * from './idle.ts';

/** Districts of at most this area are dense, of grade 1; the other districts are of grade 2, counties of grade 3. */
const DENSE_KM2 = 160;

/** @param divisions with the districts in the order of the layout. @param day local day that the demonstration stands at. */
export function buildRules(
  categories: readonly DemoCategory[],
  divisions: readonly DemoDivision[],
  day: number,
): DemoRules {
  const districts = divisions.filter(({ level }) => level === 2).map(({ nameZh, code }) => ({ nameZh, code }));
  const placed = DISTRICTS.map(({ stem, type, areaKm2 }) => {
    const code = districts.find(({ nameZh }) => nameZh === stem + type)!.code;
    return { code, county: type === '县', grade: type === '县' ? 3 : areaKm2 <= DENSE_KM2 ? 1 : 2 };
  });
  const counties = placed.filter(({ county }) => county).map(({ code }) => code);
  return {
    limits: buildLimits(categories),
    duties: buildDuties(categories, counties),
    duplicates: buildDuplicates(categories),
    stages: STAGE_LIMITS,
    areaGrades: new Map(placed.map(({ code, grade }) => [code, grade])),
    workYears: buildWorkYears(day),
  };
}
