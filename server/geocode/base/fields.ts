import type { ElementKind } from '../kinds.ts';
import type { Element } from '../types.ts';

/** What an address is found by, apart from its divisions. Values are numbers of strings; 0 is none, −1 one that the base never saw. */
export interface Fields {
  road: number;
  place: number;
  /** A second name: an estate in a hamlet, a tower on a square. */
  place2: number;
  lane: number;
  group: number;
  number: number;
  phase: number;
  building: number;
  unit: number;
  room: number;
}
export const FIELD_NAMES = [
  'road',
  'place',
  'place2',
  'lane',
  'group',
  'number',
  'phase',
  'building',
  'unit',
  'room',
] as const satisfies readonly (keyof Fields)[];

const PLACES = new Set<ElementKind>(['estate', 'landmark', 'hamlet']);
export const isPlaceKind = (kind: ElementKind): boolean => PLACES.has(kind);
const DIRECT = new Set<string>(['road', 'lane', 'group', 'number', 'phase', 'building', 'unit', 'room']);

/** 5委3组 is group 5-3, and 1851弄15支弄 lane 1851-15. */
const NESTED = new Set<string>(['group', 'lane']);
function nestedOf(elements: readonly Element[], wanted: string): string {
  const parts = elements.filter(({ kind }) => kind === wanted);
  return parts.map(({ value }) => value).join('-');
}

/** Elements as fields; where a kind is there twice, the first holds. @param idOf numbers a string, or finds its number. */
export function fieldsOf(elements: readonly Element[], idOf: (value: string) => number): Fields {
  const fields: Fields = {
    road: 0,
    place: 0,
    place2: 0,
    lane: 0,
    group: 0,
    number: 0,
    phase: 0,
    building: 0,
    unit: 0,
    room: 0,
  };
  for (const { kind, value, divisionIds } of elements) {
    if (DIRECT.has(kind)) {
      const field = kind as keyof Fields;
      if (fields[field] === 0) fields[field] = idOf(NESTED.has(field) ? nestedOf(elements, field) : value);
    } else if (isPlaceKind(kind) || (kind === 'community' && !divisionIds)) {
      if (fields.place === 0) fields.place = idOf(value);
      else if (fields.place2 === 0) fields.place2 = idOf(value);
    }
  }
  return fields;
}
