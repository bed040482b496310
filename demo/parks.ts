/** Which blocks of the city are parks. */
import type { Mesh } from './mesh.ts';
import { createRandom } from './random.ts';
import type { Terrain } from './terrain.ts';

const PARK_COUNT = 12;

/** Twelve groups of three to five adjoining blocks, spread over the city's towns. */
export function chooseParks(terrain: Terrain, mesh: Mesh): number[][] {
  const random = createRandom(terrain.seed, 96);
  const taken = new Set<number>();
  const isBlock = (c: number): boolean => {
    const s = mesh.sites[c]!;
    const t = terrain.towns[s.town];
    return (
      t !== undefined &&
      t.kind !== 'county' &&
      !Number.isNaN(s.u) &&
      s.inside &&
      mesh.areaKm2[c]! < 1.7 * t.blockX * t.blockY
    );
  };
  const blocks = mesh.cells.filter(isBlock);
  return Array.from({ length: PARK_COUNT }, (_, i) => {
    const near = Math.floor(((i + random.range(0.2, 0.8)) * blocks.length) / PARK_COUNT);
    const seed = blocks.slice(near).find((c) => !taken.has(c)) ?? blocks[0]!;
    const park = [seed];
    for (const c of park) {
      for (const { site } of mesh.around[c]!) {
        if (park.length < 3 + (i % 3) && isBlock(site) && !taken.has(site) && !park.includes(site)) park.push(site);
      }
    }
    for (const c of park) taken.add(c);
    return park;
  });
}
