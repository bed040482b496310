import { SAME_DOOR_M, type AddressBase } from '../base/base.ts';
import type { AnchorKind } from '../base/anchors.ts';
import { doorAt, doorsOf, type Door } from '../base/doors.ts';
import type { Fields } from '../base/fields.ts';
import type { Likely } from '../base/names.ts';
import { likeness } from '../base/names.ts';
import { SURE, type MatchLevel } from '../types.ts';
import { fitOf, type Query } from './query.ts';

/** A door of the base that a query may mean. */
export interface Found {
  row: number;
  level: MatchLevel;
  confidence: number;
  /** The row is that door, not one behind it. */
  exact: boolean;
  /** The query asks for more than was found, and the base has more there. */
  short: boolean;
  /** Rows at other places that stand behind the door as well. */
  twins: readonly number[];
  /** By what it was found, how far that is trusted, and what speaks against it. */
  anchor: number;
  trust: number;
  loss: number;
}

export interface Name {
  kind: AnchorKind;
  /** Number of the name; for a village its division. */
  name: number;
  likeness: number;
}

const LOSS = {
  untold: 0.09,
  road: 0.12,
  number: 0.12,
  knownPlace: 0.18,
  unknownPlace: 0.06,
  phase: 0.3,
  group: 0.3,
  shift: 0.03,
  short: 0.25,
  deeper: 0.03,
};

/** A second door this near in confidence makes a match ambiguous. */
export const CLOSE = 0.08;
/** Anchors that fit the divisions so much worse are looked at only where the others fail. */
const FAR = 0.2;

/** Level of a door by the deepest thing it names. */
function levelOf([lane, , number, , building, unit, room]: Door): MatchLevel {
  if (room !== 0) return 'room';
  if (unit !== 0) return 'unit';
  if (building !== 0) return 'building';
  return number !== 0 || lane !== 0 ? 'number' : 'none';
}

/** The doors at an anchor that the query's fields may name, with what reading them so costs. */
function readings(kind: AnchorKind, fields: Fields): [door: Door, loss: number][] {
  const door = doorAt(kind, fields);
  const read: [Door, number][] = [[door, 0]];
  const { number, building, unit, room, phase, group, lane } = fields;
  if (kind === 'place') {
    if (building !== 0 && door[2] !== 0) read.push([[0, group, 0, phase, building, unit, room], LOSS.shift]);
    if (building === 0 && number !== 0)
      read.push([[0, group, 0, phase, number, unit, room], fields.road === 0 ? 0.01 : LOSS.road]);
    if (building !== 0 && number === 0) read.push([[0, group, building, phase, 0, unit, room], LOSS.shift]);
  } else if (building !== 0 && number === 0) read.push([[lane, door[1], building, 0, 0, unit, room], 0.3]);
  return read;
}

/** Does one of the names stand for the number of a name, or for one so like it that it is that? */
function isNamed(base: AddressBase, texts: readonly string[], name: number): boolean {
  const text = base.strings.text(name);
  return texts.some((given) => given === text || (Math.abs(given.length - text.length) <= 2 && nearly(given, text)));
}
function nearly(given: string, text: string): boolean {
  if (text.startsWith(given) || given.startsWith(text)) return true;
  return given.length === text.length && likeness(given, text) >= 0.86 && differs(given, text) === 1;
}
const differs = (a: string, b: string): number => Array.from(a).filter((char, i) => char !== b[i]).length;

/** What speaks against a row beside the anchor that it was found by. */
function contradiction(base: AddressBase, query: Query, kind: AnchorKind, row: number): number {
  const fields = base.fields(row);
  const asked = query.fields;
  let loss = 0;
  if (asked.phase !== 0 && fields.phase !== 0 && asked.phase !== fields.phase) loss += LOSS.phase;
  if (asked.group !== 0 && fields.group !== 0 && asked.group !== fields.group) loss += LOSS.group;
  if (kind !== 'road' && query.roads.length > 0) {
    if (fields.road === 0) loss += kind === 'village' ? LOSS.road : LOSS.untold;
    else if (!isNamed(base, query.roads, fields.road)) loss += LOSS.road;
    else if (asked.number !== 0 && fields.number !== 0 && asked.number !== fields.number) loss += LOSS.number;
  }
  if (kind !== 'place' && query.places.length > 0) {
    const named = [fields.place, fields.place2].some((place) => place > 0 && isNamed(base, query.places, place));
    const known = query.places.some((place) => base.anchors.isThere('place', base.strings.find(place)));
    if (!named)
      loss += known
        ? LOSS.knownPlace
        : fields.place > 0 || kind === 'village'
          ? LOSS.unknownPlace + 0.04
          : LOSS.unknownPlace;
  }
  return loss;
}

/** What is found so far, and what is still worth looking at beside it. */
export class Findings {
  readonly found: Found[] = [];
  /** Confidence of the best that is sure and is no less than what was asked. */
  private best = 0;

  get isSure(): boolean {
    return this.best >= SURE;
  }

  /** Is one of those from `at` on sure? */
  sureSince(at: number): boolean {
    for (let i = at; i < this.found.length; i++) if (this.found[i]!.confidence >= SURE) return true;
    return false;
  }

  add(found: Found): void {
    this.found.push(found);
    if (found.confidence >= SURE && !found.short) this.best = Math.max(this.best, found.confidence);
  }

  /** Could a door with at most this confidence still be a rival of what is sure? */
  worth(most: number): boolean {
    return this.best === 0 || most >= this.best - CLOSE;
  }
}

/** Losses of the anchors under way: one array for all calls, none of which waits. */
const losses: number[] = [];

/** All doors that a name leads to, one an anchor, best fitting divisions first; those far off only where none is sure in the ones named. */
export function findDoors(base: AddressBase, query: Query, { kind, name, likeness: like }: Name, to: Findings): void {
  if (!to.worth(like)) return;
  const anchors = base.anchors.named(kind, name);
  const { all } = base.anchors;
  const asked = readings(kind, query.fields);
  if (anchors.length === 1) {
    look(base, query, kind, anchors[0]!, asked, like, to);
    return;
  }
  let least = Infinity;
  for (let i = 0; i < anchors.length; i++) {
    const { loss } = fitOf(query, base.tree.pathOf(all[anchors[i]!]!.scope));
    losses[i] = loss;
    if (loss < least) least = loss;
  }
  const before = to.found.length;
  // What fits best first: beside what is sure by then, most of the others need no look.
  const bounds = [least, least + 1e-9, least + FAR, Infinity];
  for (let step = 1; step < bounds.length; step++) {
    if (step === 3 && to.sureSince(before)) return;
    for (let i = 0; i < anchors.length; i++) {
      const loss = losses[i]!;
      if (loss < bounds[step - 1]! || loss >= bounds[step]! || like - loss < 0.4 || !to.worth(like - loss)) continue;
      look(base, query, kind, anchors[i]!, asked, like, to);
    }
  }
}

function look(
  base: AddressBase,
  query: Query,
  kind: AnchorKind,
  anchor: number,
  asked: readonly [Door, number][],
  like: number,
  to: Findings,
): void {
  const found = findFirst(base, query, kind, anchor, asked, like);
  if (found) to.add(found);
}

function findFirst(
  base: AddressBase,
  query: Query,
  kind: AnchorKind,
  anchor: number,
  asked: readonly [Door, number][],
  like: number,
): Found | null {
  for (const [door, cost] of asked) {
    const found = findDoor(base, query, kind, anchor, door, like - cost);
    if (found) return found;
  }
  return null;
}

function findDoor(
  base: AddressBase,
  query: Query,
  kind: AnchorKind,
  anchor: number,
  asked: Door,
  trust: number,
): Found | null {
  const wanted = levelOf(asked);
  for (const door of doorsOf(asked)) {
    const row = base.doorRow(anchor, kind, door);
    if (row === -1) continue;
    const level = levelOf(door);
    const exact = base.isExact(kind, row, door);
    const short = level === 'number' && wanted !== 'number' && !exact;
    const fit = fitOf(query, base.tree.pathOf(base.divisionOf(row)));
    const loss =
      fit.loss + contradiction(base, query, kind, row) + (short ? LOSS.short : level === wanted ? 0 : LOSS.deeper);
    const twins = base.twinsOf(anchor, row, door).filter((twin) => base.distanceM(row, twin) > SAME_DOOR_M);
    return { row, level, confidence: Math.max(0, trust - loss), exact, short, twins, anchor, trust, loss };
  }
  return null;
}

/** Names the query may mean, exact ones first; like ones only where no exact one leads to a door. */
export function exactNames(base: AddressBase, query: Query): Name[] {
  const names: Name[] = [];
  const take = (kind: AnchorKind, name: number): void => {
    if (name > 0 && base.anchors.named(kind, name).length > 0) names.push({ kind, name, likeness: 1 });
  };
  for (const place of query.places) take('place', base.strings.find(place));
  for (const road of query.roads) take('road', base.strings.find(road));
  const villages = query.divisions[3].length > 0 || query.fields.group === 0 ? query.divisions[3] : query.divisions[2];
  for (const village of villages) take('village', village);
  return names;
}

export function likeNames(base: AddressBase, query: Query): Name[] {
  const asNames = (kind: AnchorKind, likely: readonly Likely[]): Name[] =>
    likely.slice(0, 12).map(({ name, likeness: like }) => ({ kind, name, likeness: like }));
  return [
    ...query.places.flatMap((place) => asNames('place', base.placeNames.like(place))),
    ...query.roads.flatMap((road) => asNames('road', base.roadNames.like(road))),
    // a name without an ending may be a road's, one with another ending a place's
    ...query.places.flatMap((place) =>
      asNames('road', base.roadNames.like(place)).map((name) => ({ ...name, likeness: name.likeness - 0.03 })),
    ),
    ...query.roads.flatMap((road) =>
      asNames('place', base.placeNames.like(road)).map((name) => ({ ...name, likeness: name.likeness - 0.05 })),
    ),
  ];
}
