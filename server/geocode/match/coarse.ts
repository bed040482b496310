import type { AddressBase } from '../base/base.ts';
import { middleOf } from '../base/anchors.ts';
import type { Match, MatchLevel, Relation } from '../types.ts';
import { fitOf, type Query } from './query.ts';
import type { Name } from './find.ts';

export type Place = Pick<Match, 'level' | 'confidence' | 'lng' | 'lat' | 'code' | 'divisionId'>;

const SPREAD_ROWS = 300;
const CROSSING_M = 150;

/** The one row of an anchor that is the place itself: a landmark, an estate as a whole. −1 where there is none or several. */
function rowItself(base: AddressBase, anchor: number, asked: number): number {
  let found = -1;
  let left = SPREAD_ROWS;
  base.anchors.walk(anchor, (row) => {
    const { road, group, number, building, unit, room } = base.fields(row);
    const whole = building + unit + room === 0 && (road !== 0 || number === 0) && group === asked && base.isThere(row);
    if (whole && found !== -1 && base.codeOf(found) !== base.codeOf(row)) left = 0;
    if (whole) found = left === 0 ? -1 : row;
    return left-- > 0;
  });
  return found;
}

/** The road, estate or village that a query names where no door of it was found. Several far apart are none. */
export function findWhole(base: AddressBase, query: Query, names: readonly Name[]): Place | null {
  let best: { anchors: number[]; trust: number; level: MatchLevel } | null = null;
  for (const { kind, name, likeness } of names) {
    if (likeness < 0.86) continue;
    const level = kind === 'road' ? 'road' : kind === 'village' ? 'community' : 'estate';
    let [top, anchors]: [number, number[]] = [0, []];
    for (const anchor of base.anchors.named(kind, name)) {
      const { scope, count } = base.anchors.all[anchor]!;
      const trust = likeness - fitOf(query, base.tree.pathOf(scope)).loss;
      if (count === 0 || trust < top) continue;
      anchors = trust > top ? [anchor] : [...anchors, anchor];
      top = trust;
    }
    if (anchors.length > 0 && top >= 0.55 && (!best || (level === 'estate' && best.level !== 'estate')))
      best = { anchors, trust: top, level };
  }
  if (!best) return null;
  const scopes = new Set(best.anchors.map((anchor) => base.tree.pathOf(base.anchors.all[anchor]!.scope)[1]));
  if (scopes.size > 1 || (best.level === 'estate' && best.anchors.length > 1)) return null;
  return wholePlace(base, query.fields.group, best);
}

function wholePlace(
  base: AddressBase,
  group: number,
  { anchors, trust, level }: { anchors: number[]; trust: number; level: MatchLevel },
): Place {
  const all = anchors.map((anchor) => base.anchors.all[anchor]!);
  const row = level === 'road' || anchors.length > 1 ? -1 : rowItself(base, anchors[0]!, group);
  if (row !== -1) {
    const [lng, lat] = base.positionOf(row);
    const door: MatchLevel = level === 'community' ? level : base.fields(row).number > 0 ? 'number' : 'landmark';
    return { level: door, confidence: trust, lng, lat, code: base.codeOf(row), divisionId: base.divisionOf(row) };
  }
  const largest = all.reduce((a, b) => (b.count > a.count ? b : a));
  const [lng, lat] = middleOf(largest);
  return { level, confidence: Math.min(trust, 0.75), lng, lat, code: null, divisionId: largest.scope };
}

/** Where two roads come nearest by their addresses; null where that is not near. */
export function findCrossing(base: AddressBase, query: Query): Place | null {
  const points = query.roads.slice(0, 2).map((road) => {
    const rows: number[] = [];
    for (const anchor of base.anchors.named('road', base.strings.find(road))) {
      if (fitOf(query, base.tree.pathOf(base.anchors.all[anchor]!.scope)).loss > 0.2) continue;
      let left = SPREAD_ROWS;
      base.anchors.walk(anchor, (row) => (base.isThere(row) && rows.push(row), left-- > 0));
    }
    return rows.slice(0, 2 * SPREAD_ROWS);
  });
  const [near, far] = points;
  let [best, a, b] = [CROSSING_M, -1, -1];
  for (const one of near ?? [])
    for (const other of far ?? []) {
      const distance = base.distanceM(one, other);
      if (distance < best) [best, a, b] = [distance, one, other];
    }
  if (a === -1) return null;
  const [p, q] = [base.positionOf(a), base.positionOf(b)];
  return {
    level: 'intersection',
    confidence: 0.7,
    lng: (p[0] + q[0]) / 2,
    lat: (p[1] + q[1]) / 2,
    code: null,
    divisionId: base.divisionOf(a),
  };
}

const DIVISION_LEVEL: MatchLevel[] = ['city', 'district', 'street', 'community'];

/** The smallest division that is named and is one only, with the middle of its addresses. */
export function findDivision(base: AddressBase, query: Query): Place | null {
  if (query.otherDistrict) return null;
  for (let level = 3; level >= 0; level--) {
    const fitting = query.divisions[level]!.filter((id) => {
      const path = base.tree.pathOf(id);
      return path.every(
        (above, at) =>
          at >= level || above === 0 || query.divisions[at]!.length === 0 || query.divisions[at]!.includes(above),
      );
    });
    if (fitting.length !== 1) continue;
    const at = base.middleOf(fitting[0]!);
    if (!at || (query.otherCity && level === 0)) continue;
    return {
      level: DIVISION_LEVEL[level]!,
      confidence: 0.6,
      lng: at[0],
      lat: at[1],
      code: null,
      divisionId: fitting[0]!,
    };
  }
  return null;
}

/** A place moved as a relation says: 东侧50米. Without a bearing or a distance it stays. */
export function moved(place: Place, { bearing, distanceM }: Relation): Place {
  if (bearing === null || distanceM === null || place.lng === null || place.lat === null || distanceM > 2000)
    return place;
  const angle = (bearing * Math.PI) / 180;
  const lat = place.lat + (Math.cos(angle) * distanceM) / 111_195;
  const lng = place.lng + (Math.sin(angle) * distanceM) / (111_195 * Math.cos((place.lat * Math.PI) / 180));
  return { ...place, lng, lat };
}
