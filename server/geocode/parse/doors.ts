import type { ElementKind } from '../kinds.ts';
import type { Counter } from './words.ts';

/** What the elements so far say of a number that comes next. */
export interface Context {
  /** Kind of the element just before; null at the start. */
  last: ElementKind | null;
  has(kind: ElementKind): boolean;
  /** The number before was one of a yard: 88号院. */
  yard: boolean;
  /** The word before was one of a shop. */
  shop: boolean;
}

const inside = (at: Context): boolean => at.has('building') || at.has('unit') || at.has('floor');
const isPlace = (kind: ElementKind | null): boolean => kind === 'estate' || kind === 'phase';

/** 号: of a street, of a building in an estate or a yard, of a door inside a building. */
function door(at: Context): ElementKind {
  if (inside(at) || (at.shop && at.last !== 'road')) return 'room';
  if (at.has('number')) return 'building';
  return isPlace(at.last) ? 'building' : 'number';
}

/**
 * What a number is of.
 * @param ahead kind of the counter of the number after this one; null where there is none.
 * @returns null where the number is part of a name.
 */
export function kindOfNumber(counter: Counter, at: Context, ahead: Counter | null): ElementKind | null {
  switch (counter) {
    case 'door':
      return door(at);
    case 'yard':
      return at.has('number') ? null : 'number';
    case 'storey':
      if (inside(at)) return 'floor';
      if (ahead === 'unit' || ahead === 'gate') return 'building';
      return isPlace(at.last) && ahead !== null
        ? 'building'
        : at.last === null || ahead === 'building'
          ? null
          : 'floor';
    case 'gate':
      if (at.has('unit')) return 'room'; // 3单元6楼2门
      return at.has('building') ? 'unit' : at.has('estate') || at.has('number') ? 'unit' : null;
    case 'zone':
      return at.has('estate') || at.has('landmark') ? 'phase' : null;
    case 'room':
      return at.last === 'road' && !at.has('number') ? 'number' : 'room'; // 新华街101号商服
    default:
      return counter;
  }
}

/** 12A and 1203 of a tower; 12 alone may as well be its floor. */
const TOWER_ROOM = /^(\d{1,2}[A-Z]|\d{3,5})$/;

/** Rooms of a tower, 1501/1502: no building has such a number. */
const roomsOf = (given: readonly string[]): boolean =>
  given.every((part) => /^\d{3,5}$/.test(part) && part.length === given[0]!.length);

/** The parts of 2-5-01: the last two are a floor and a door on it. */
function floorOf(parts: number, at: Context): ElementKind[] {
  const before: ElementKind[] = at.has('unit') ? [] : at.has('building') ? ['unit'] : ['building', 'unit'];
  const outer = parts - 2;
  if (outer > before.length) return [];
  return [...before.slice(0, outer), 'floor', 'room'];
}

/** What numbers without a counter are of: 12 after a road, 3-2-501 after an estate, 501 after a unit. Empty where it cannot be told. */
export function kindsOfBare(given: readonly string[], at: Context, ofFloor = false): ElementKind[] {
  if (at.has('room')) return [];
  const { last } = at;
  const parts = given.length;
  if (parts === 1) {
    if (/^\d{6,}$/.test(given[0]!)) return []; // a postcode
    if (last === 'landmark' && TOWER_ROOM.test(given[0]!)) return ['room'];
    if (last === 'road' || last === 'lane') return ['number'];
    if (inside(at)) return ['room'];
    if (last === 'number') return ['room'];
    if (isPlace(last)) return ['building'];
    return last === 'community' || last === 'hamlet' || last === 'group' ? ['number'] : [];
  }
  if (ofFloor) return floorOf(parts, at);
  if (at.has('unit')) return ['room'];
  if (at.has('building')) return parts === 2 ? ['unit', 'room'] : ['unit', 'floor', 'room'];
  if (last === 'road' || last === 'lane')
    return parts === 2 ? ['number'] : parts === 3 ? ['number', 'building', 'room'] : [];
  if (parts === 2 && last === 'landmark' && roomsOf(given)) return ['room'];
  if (parts === 2) return isPlace(last) || last === 'number' || last === 'landmark' ? ['building', 'room'] : ['number'];
  if (parts === 3) return ['building', 'unit', 'room'];
  return parts === 4 ? ['building', 'unit', 'floor', 'room'] : [];
}
