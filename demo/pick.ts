/** Choosing what is reported, where and by whom. */
import { CATEGORIES } from './categories.ts';
import type { CategoryRow } from './categories.ts';
import { inRing } from './plane.ts';
import type { Ground, PlaceTable } from './places.ts';
import { createAlias } from './random.ts';
import type { Random } from './random.ts';
import { seasonWeight } from './seasons.ts';
import type { DemoPlace } from './types.ts';

export interface Spot {
  lng: number;
  lat: number;
  gridCode: string;
  district: number;
  addressZh: string;
  place: DemoPlace;
}

export interface Picker {
  category(day: number, random: Random): CategoryRow;
  /** Weight of a category on a day; 0 out of season. */
  weight(category: CategoryRow, day: number): number;
  /** A spot at or near a place; in a given district if asked. */
  spot(where: 'any' | 'town', random: Random, district?: number): Spot;
  source(category: CategoryRow, hour: number, random: Random): string;
  describe(category: CategoryRow, spot: Spot, random: Random): string;
}

const NEAR = ['附近', '门前', '对面', '东侧', '西侧', '路口', '院内', '旁边', ''];
const TAIL = ['', '', '，请尽快处理', '，影响出行', '，居民反映多次', '，望核实', '，已拍照上传'];

/** Builds the tables to draw from. */
export function createPicker(ground: Ground, table: PlaceTable): Picker {
  const { divisions, mesh, terrain } = ground;
  const { places, grid } = table;
  const perGrid = new Int32Array(divisions.grids.length);
  for (const g of grid) perGrid[g] = perGrid[g]! + 1;
  const isTown = places.map((_, i) => mesh.sites[divisions.grids[grid[i]!]!.cell]!.town >= 0);
  const aliases = new Map<string, { list: number[]; draw: (u: number) => number }>();
  const aliasFor = (where: 'any' | 'town', district: number): { list: number[]; draw: (u: number) => number } => {
    const key = `${where}${district}`;
    let alias = aliases.get(key);
    if (alias) return alias;
    const list: number[] = [];
    for (let i = 0; i < places.length; i++) {
      if (where === 'town' && !isTown[i]) continue;
      if (district < 0 || divisions.grids[grid[i]!]!.district === district) list.push(i);
    }
    const weights = list.map(
      (i) => ((isTown[i] ? 1.5 : 0.8) * divisions.grids[grid[i]!]!.population) / perGrid[grid[i]!]!,
    );
    aliases.set(key, (alias = { list, draw: createAlias(weights) }));
    return alias;
  };
  const days = new Map<number, (u: number) => number>();
  const weight = (c: CategoryRow, day: number): number => c.weight * seasonWeight(c.season, day, terrain.seed);
  return {
    weight,
    category(day, random) {
      let draw = days.get(day);
      if (!draw) {
        draw = createAlias(CATEGORIES.map((c) => weight(c, day)));
        days.set(day, draw);
      }
      return CATEGORIES[draw(random.next())]!;
    },
    spot(where, random, district = -1) {
      const alias = aliasFor(where, district);
      const i = alias.list[alias.draw(random.next())]!;
      const place = places[i]!;
      let { lng, lat } = place;
      const x = Math.round((lng + random.range(-0.0006, 0.0006)) * 1e6) / 1e6;
      const y = Math.round((lat + random.range(-0.0004, 0.0004)) * 1e6) / 1e6;
      if (inRing(x, y, ground.rings[grid[i]!]!)) [lng, lat] = [x, y];
      const g = divisions.grids[grid[i]!]!;
      return { lng, lat, gridCode: g.code, district: g.district, addressZh: place.addressZh, place };
    },
    source(category, hour, random) {
      const night = hour < 6.5 || hour > 21;
      const u = random.next();
      if (category.kind === 'hotline') return u < 0.8 ? 'hotline' : 'app';
      if (night) return u < 0.4 ? 'hotline' : u < 0.65 ? 'app' : u < 0.85 ? 'video' : 'sensor';
      return u < 0.63
        ? 'collector'
        : u < 0.74
          ? 'hotline'
          : u < 0.84
            ? 'app'
            : u < 0.93
              ? 'video'
              : u < 0.96
                ? 'sensor'
                : 'police_grid';
    },
    describe(category, spot, random) {
      if (category.kind === 'hotline') return `市民反映${spot.addressZh}${random.pick(category.phrases)}`;
      return `${spot.addressZh}${random.pick(NEAR)}${random.pick(category.phrases)}${random.pick(TAIL)}`;
    },
  };
}
