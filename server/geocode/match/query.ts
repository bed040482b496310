import { fieldsOf, isPlaceKind, type Fields } from '../base/fields.ts';
import type { AddressBase } from '../base/base.ts';
import { DIVISION_LEVELS, type DivisionPath } from '../base/divisionTree.ts';
import type { ParsedAddress } from '../types.ts';

/** What an address asks for, in the base's numbers. */
export interface Query {
  fields: Fields;
  roads: string[];
  places: string[];
  /** Divisions named in the text, by level; empty where none is. */
  divisions: [number[], number[], number[], number[]];
  /** It names a city, or a district, that this city does not know, and none that it does. */
  otherCity: boolean;
  otherDistrict: boolean;
  /** It says that the place is by, not at, what is named last. */
  beside: boolean;
}

/** @param sourceDivision where all of a source lies, as a district's own file does; used where the text names no district. */
export function planQuery(base: AddressBase, parsed: ParsedAddress, sourceDivision: number | null): Query {
  const { elements, relation } = parsed;
  const query: Query = {
    fields: fieldsOf(elements, (value) => base.strings.find(value)),
    roads: [],
    places: [],
    divisions: [[], [], [], []],
    otherCity: false,
    otherDistrict: false,
    beside: false,
  };
  let [foreignCity, foreignDistrict] = [false, false];
  for (const { kind, value, divisionIds } of elements) {
    if (kind === 'road') query.roads.push(value);
    else if (isPlaceKind(kind)) query.places.push(value);
    const level = DIVISION_LEVELS.indexOf(kind as (typeof DIVISION_LEVELS)[number]);
    if (level === -1) continue;
    if (divisionIds) query.divisions[level]!.push(...divisionIds);
    else if (kind === 'community') query.places.push(value);
    else if (kind === 'city') foreignCity = true;
    else if (kind === 'district') foreignDistrict = true;
  }
  const [cities, districts] = query.divisions;
  query.otherCity = foreignCity && cities.length === 0;
  query.otherDistrict = foreignDistrict && districts.length === 0;
  if (sourceDivision !== null && districts.length === 0 && !query.otherDistrict) addSource(base, query, sourceDivision);
  const after = relation ? elements.slice(relation.of + 1) : [];
  query.beside =
    relation !== null && !after.some(({ kind }) => kind === 'number' || kind === 'building' || kind === 'road');
  return query;
}

function addSource(base: AddressBase, { divisions }: Query, division: number): void {
  base.tree.pathOf(division).forEach((id, level) => {
    if (id !== 0 && divisions[level]!.length === 0) divisions[level]!.push(id);
  });
}

/** How well a place's divisions fit the ones named. */
export interface Fit {
  agree: number;
  /** Lost of the confidence. */
  loss: number;
}

/** By level. A door in another district than the one named is no match, only a candidate. */
const CONTRADICTION = [0.3, 0.48, 0.1, 0.06] as const;

export function fitOf(query: Query, path: DivisionPath): Fit {
  let [agree, loss] = [0, 0];
  for (let level = 1; level < 4; level++) {
    const named = query.divisions[level]!;
    if (named.length === 0 || path[level] === 0) continue;
    if (named.includes(path[level]!)) agree++;
    else loss += CONTRADICTION[level]!;
  }
  if (agree === 0) loss += 0.04;
  if (query.otherDistrict) loss += agree > 0 ? 0.15 : 0.35;
  if (query.otherCity) loss += agree > 0 ? 0.05 : 0.2;
  return { agree, loss };
}
