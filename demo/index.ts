/** A fictional city made by arithmetic from a seed: the same (seed, scale, until), the same bytes. No I/O, no clock. */
import { createIntensity } from './arrivals.ts';
import { buildBase } from './base.ts';
import { dayOf, hourOf } from './calendar.ts';
import { planCases, walkCases } from './cases.ts';
import { DATASETS, DEPARTMENTS, SOURCES } from './catalogue.ts';
import { CATEGORIES } from './categories.ts';
import { buildDivisions } from './divisions.ts';
import { CITY, DISTRICTS } from './layout.ts';
import { buildMesh } from './mesh.ts';
import { createPicker } from './pick.ts';
import { buildPlaces, countUnlocated } from './places.ts';
import { createRandom } from './random.ts';
import { nameStreets } from './roads.ts';
import { buildSites } from './sites.ts';
import { buildRules, IDLE_CATEGORIES, IDLE_DEPARTMENTS } from './tables/index.ts';
import { buildTerrain } from './terrain.ts';
import type { DemoCity, DemoOptions } from './types.ts';

export type * from './types.ts';

/** Builds the demonstration city: geography and places at once, cases as they are walked.
 * @param options.scale from 0.002 (801 accepted cases) to 1 (480,717); the geography is the same at every scale.
 * @throws RangeError on a scale outside these, or an invalid date. */
export function buildDemoCity(options: DemoOptions): DemoCity {
  const { seed, scale } = options;
  const until = options.until.getTime();
  if (!(scale > 0 && scale <= 1)) throw new RangeError(`scale must be in (0, 1], got ${scale}`);
  if (Number.isNaN(until)) throw new RangeError('until is not a date');
  const terrain = buildTerrain(seed);
  const mesh = buildMesh(buildSites(terrain), seed);
  const divisions = buildDivisions(terrain, mesh);
  const nets = nameStreets(terrain);
  const rings = divisions.all.filter((d) => d.level === 5).map((d) => d.geometry.coordinates[0]![0]!);
  const ground = { terrain, mesh, divisions, nets, rings };
  const table = buildPlaces(ground, scale);
  const picker = createPicker(ground, table);
  const residents = DISTRICTS.map(() => 0);
  for (const g of divisions.grids) residents[g.district]! += g.population;
  const plan = planCases(seed, scale, until, residents);
  const story = CATEGORIES.map(({ weight: _w, season: _s, where: _t, phrases: _p, ...category }) => category);
  const categories = [...story, ...IDLE_CATEGORIES];
  return {
    nameZh: CITY.nameZh,
    nameEn: CITY.nameEn,
    timeZone: 'Asia/Shanghai',
    standardRef: 'GB/T 47678.5-2026',
    divisions: divisions.all,
    base: buildBase(terrain, mesh, divisions, nets),
    categories,
    rules: buildRules(categories, divisions.all, dayOf(until)),
    departments: [...DEPARTMENTS, ...IDLE_DEPARTMENTS],
    sources: SOURCES,
    datasets: DATASETS,
    unlocatedRecords: countUnlocated(table.places, seed),
    places: () => table.places,
    cases: () => ({ [Symbol.iterator]: () => walkCases(plan, picker) }),
    nextSignal(atMs, n) {
      const random = createRandom(seed, 151, n, Math.floor(atMs / 60_000));
      const category = picker.category(dayOf(atMs), random);
      const spot = picker.spot(category.where, random);
      const sourceKey = picker.source(category, hourOf(atMs), random);
      const { lng, lat, addressZh } = spot;
      return {
        sourceKey,
        categoryCode: category.code,
        lng,
        lat,
        addressZh,
        descriptionZh: picker.describe(category, spot, random),
      };
    },
    intensity: createIntensity(seed, until),
  };
}
