import { HekanError } from '../../errors.ts';
import { ELEMENT_KINDS } from '../kinds.ts';
import { createParser, type Parser } from '../parse/parser.ts';
import { normaliseElement } from '../parse/normalise.ts';
import type { Element, Gazetteer, MatchLevel, StandardAddress } from '../types.ts';
import { Anchors, DEGREE, type AnchorKind } from './anchors.ts';
import { DivisionTree } from './divisionTree.ts';
import { doorAt, doorsOf, type Door } from './doors.ts';
import { FIELD_NAMES, fieldsOf, type Fields } from './fields.ts';
import { Ints, Strings } from './ints.ts';
import { Names } from './names.ts';
import { Standing } from './standing.ts';

/** Bits of a row: it was taken out; it counts at its village. */
const REMOVED = 1;
const IN_VILLAGE = 2;
/** Positions in FIELD_NAMES; those from lane on, in a door, are three less. */
const [ROAD, PLACE, PLACE2]: readonly [number, number, number] = [0, 1, 2];
const [LANE, NUMBER, PHASE]: readonly [number, number, number] = [0, 2, 3];
/** Road, place, group and phase, in FIELD_NAMES. */
const CLASS = [0, 1, 4, 6];
/** Doors farther apart are not one door with two codes. */
export const SAME_DOOR_M = 60;

/** A row's anchors: kind, which list of the row it is on, and its name there (a village's is 0). */
type Hold = readonly [kind: AnchorKind, slot: number, name: number];

function holdsOf({ road, place, place2 }: Fields, village: boolean): Hold[] {
  const holds: Hold[] = [];
  if (road > 0) holds.push(['road', 0, road]);
  if (place > 0) holds.push(['place', 1, place]);
  if (place2 > 0) holds.push(['place', 2, place2]);
  if (village) holds.push(['village', 3, 0]);
  return holds;
}

/** The address base in memory: rows in columns, found by the doors of their roads, places and villages. */
export class AddressBase {
  readonly tree: DivisionTree;
  readonly strings = new Strings();
  readonly anchors = new Anchors();
  private readonly standing = new Standing(this);
  readonly roadNames = new Names();
  readonly placeNames = new Names();
  readonly parser: Parser;
  version: number;
  /** Rows, removed ones and aliases among them. */
  rows = 0;
  /** Rows taken out, which still take room. */
  dead = 0;
  private readonly codes: string[] = [];
  private readonly columns = FIELD_NAMES.map(() => new Ints());
  private readonly division = new Ints();
  private readonly lng = new Ints();
  private readonly lat = new Ints();
  private readonly flags = new Ints();
  /** Of each row, what its address was read from, in 32 bits: says whether it changed. */
  private readonly marks = new Ints();
  private byCode: Map<string, number[]> | null = null;
  /** Sums of positions by division, in whole units as the columns hold them: they do not depend on the order. */
  private readonly middles = new Map<number, { count: number; lng: number; lat: number }>();

  constructor(gazetteer: Gazetteer, version = 1) {
    this.tree = new DivisionTree(gazetteer.divisions);
    this.parser = createParser(gazetteer);
    this.version = version;
  }

  /**
   * Takes an address in, with its aliases. The version is the caller's to move.
   * @throws HekanError('bad_request') where nothing of it could be found again: no road, place or village with it.
   */
  add(address: StandardAddress, mark = 0): void {
    const elements = address.elements
      ? normalised(this.parser, address.elements)
      : this.parser.parse(address.text ?? '').elements;
    this.put(address, elements, mark);
    for (const alias of address.aliases ?? []) this.put(address, this.parser.parse(alias).elements, mark);
  }

  private put({ code, text, lng, lat, divisionId }: StandardAddress, elements: readonly Element[], mark: number): void {
    const fields = fieldsOf(elements, (value) => this.strings.add(value));
    const own = this.finest(divisionId ?? 0, elements);
    const village = this.tree.villageOf(own);
    const counted = fields.group !== 0 || this.tree.levelOf(village) === 'community';
    const named = elements.some(({ kind }) => kind === 'road' || kind === 'estate' || kind === 'landmark');
    const inVillage = counted && village !== 0 && !named;
    const holds = holdsOf(fields, inVillage);
    if (holds.length === 0)
      throw new HekanError(
        'bad_request',
        `address ${code}: expected a road, an estate or a village in it, got ${JSON.stringify(text ?? '')}`,
        {
          field: 'address',
          given: text ?? code,
        },
      );
    const row = this.rows++;
    this.codes.push(code);
    FIELD_NAMES.forEach((name, i) => this.columns[i]!.set(row, fields[name]));
    this.division.set(row, own);
    this.lng.set(row, Math.round(lng * DEGREE));
    this.lat.set(row, Math.round(lat * DEGREE));
    this.flags.set(row, inVillage ? IN_VILLAGE : 0);
    this.marks.set(row, mark);
    this.byCode?.set(code, [...(this.byCode.get(code) ?? []), row]);
    this.learn(elements);
    this.weigh(own, row, 1);
    for (const [kind, slot, name] of holds) {
      const scope = kind === 'village' ? village : this.tree.scopeOf(own);
      this.index(
        this.anchors.link(kind, slot, name, scope, row, this.lng.get(row), this.lat.get(row)),
        kind,
        row,
        fields,
      );
    }
  }

  /** The division of an address, or the community in it that its text names. */
  private finest(division: number, elements: readonly Element[]): number {
    if (this.tree.pathOf(division)[3] !== 0) return division;
    const named = elements.find(({ kind, divisionIds }) => kind === 'community' && divisionIds)?.divisionIds ?? [];
    const inside = named.filter((id) => division === 0 || this.tree.pathOf(id).includes(division));
    return inside.length === 1 ? inside[0]! : division;
  }

  private learn(elements: readonly Element[]): void {
    for (const { kind, value } of elements) {
      if (kind !== 'road' && kind !== 'estate' && kind !== 'landmark' && kind !== 'hamlet') continue;
      const names = kind === 'road' ? this.roadNames : this.placeNames;
      if (names.add(this.strings.add(value), value)) this.parser.addName({ kind, name: value });
    }
  }

  private index(anchor: number, kind: AnchorKind, row: number, fields: Fields): void {
    for (const door of doorsOf(doorAt(kind, fields))) this.standing.put(anchor, kind, row, door);
  }

  /** The row that stands for a door, or −1: the door's own where there is one, else one behind it. */
  doorRow(anchor: number, kind: AnchorKind, door: Door): number {
    return this.standing.find(anchor, kind, door);
  }

  /** Other rows that stand behind a door as well as the one that stands for it. */
  twinsOf(anchor: number, row: number, door: Door): readonly number[] {
    return this.standing.twinsOf(anchor, row, door);
  }

  isLike(a: number, b: number): boolean {
    for (const part of CLASS) if (this.columns[part]!.get(a) !== this.columns[part]!.get(b)) return false;
    return true;
  }

  isBehind(anchor: number, kind: AnchorKind, row: number, door: Door): boolean {
    if (!this.isThere(row)) return false;
    const { name, scope } = this.anchors.all[anchor]!;
    const c = this.columns;
    const named = kind === 'village' || c[kind === 'road' ? ROAD : PLACE]!.get(row) === name;
    if (!named && (kind === 'road' || c[PLACE2]!.get(row) !== name)) return false;
    const division = this.division.get(row);
    if ((kind === 'village' ? this.tree.villageOf(division) : this.tree.scopeOf(division)) !== scope) return false;
    for (let i = 0; i < door.length; i++) if (door[i] !== 0 && door[i] !== this.doorPart(kind, row, i)) return false;
    return true;
  }

  /** doorAt(kind, fields(row))[part], without the two objects. */
  private doorPart(kind: AnchorKind, row: number, part: number): number {
    const absent = kind === 'road' ? part === PHASE : part === LANE || (kind === 'village' && part === PHASE);
    if (absent || (kind === 'place' && part === NUMBER && this.columns[ROAD]!.get(row) > 0)) return 0;
    return this.columns[PLACE2 + 1 + part]!.get(row);
  }

  /** Is the door the row's own, with nothing deeper? */
  isExact(kind: AnchorKind, row: number, door: Door): boolean {
    for (let part = NUMBER; part < door.length; part++)
      if (part !== PHASE && this.doorPart(kind, row, part) !== door[part]) return false;
    return true;
  }

  fields(row: number): Fields {
    const c = this.columns;
    return {
      road: c[0]!.get(row),
      place: c[1]!.get(row),
      place2: c[2]!.get(row),
      lane: c[3]!.get(row),
      group: c[4]!.get(row),
      number: c[5]!.get(row),
      phase: c[6]!.get(row),
      building: c[7]!.get(row),
      unit: c[8]!.get(row),
      room: c[9]!.get(row),
    };
  }

  codeOf(row: number): string {
    return this.codes[row]!;
  }

  /** The row of a code, or −1. */
  rowOf(code: string): number {
    return this.rowsOf(code)[0] ?? -1;
  }

  /** How deep the address of a row goes. */
  levelOf(row: number): MatchLevel {
    const { number, building, unit, room, lane } = this.fields(row);
    if (room !== 0) return 'room';
    if (unit !== 0) return 'unit';
    if (building !== 0) return 'building';
    return number !== 0 || lane !== 0 ? 'number' : 'landmark';
  }

  divisionOf(row: number): number {
    return this.division.get(row);
  }

  isThere(row: number): boolean {
    return (this.flags.get(row) & REMOVED) === 0;
  }

  positionOf(row: number): [lng: number, lat: number] {
    return [this.lng.get(row) / DEGREE, this.lat.get(row) / DEGREE];
  }

  /** Middle of all addresses of a division, or null. */
  middleOf(division: number): [lng: number, lat: number] | null {
    const middle = this.middles.get(division);
    return middle && middle.count > 0 ? [middle.lng / middle.count / DEGREE, middle.lat / middle.count / DEGREE] : null;
  }

  private weigh(division: number, row: number, sign: 1 | -1): void {
    const [lng, lat] = [this.lng.get(row), this.lat.get(row)];
    for (const id of this.tree.pathOf(division)) {
      if (id === 0) continue;
      const middle = this.middles.get(id);
      if (!middle) this.middles.set(id, { count: 1, lng, lat });
      else {
        middle.count += sign;
        middle.lng += sign * lng;
        middle.lat += sign * lat;
      }
    }
  }

  distanceM(a: number, b: number): number {
    const [lngA, latA] = this.positionOf(a);
    const [lngB, latB] = this.positionOf(b);
    return Math.hypot((lngA - lngB) * Math.cos((latA * Math.PI) / 180), latA - latB) * 111_195;
  }

  private rowsOf(code: string): readonly number[] {
    if (!this.byCode) {
      this.byCode = new Map();
      for (let row = 0; row < this.rows; row++) {
        const rows = this.byCode.get(this.codes[row]!);
        if (rows) rows.push(row);
        else this.byCode.set(this.codes[row]!, [row]);
      }
    }
    return (this.byCode.get(code) ?? []).filter((row) => this.isThere(row));
  }

  /** Another text that means the same address. @throws HekanError('not_found') for a code that is not there. */
  addAlias(code: string, text: string): void {
    const row = this.rowsOf(code)[0];
    if (row === undefined)
      throw new HekanError('not_found', `no address with code ${code}`, { field: 'code', given: code });
    const [lng, lat] = this.positionOf(row);
    const divisionId = this.division.get(row);
    this.put(
      { code, text, lng, lat, divisionId: divisionId === 0 ? null : divisionId },
      this.parser.parse(text).elements,
      this.marks.get(row),
    );
  }

  /** Takes an address and its aliases out. @returns whether it was there. */
  remove(code: string): boolean {
    const gone = this.rowsOf(code);
    this.drop(gone);
    return gone.length > 0;
  }

  /** Takes rows out. @param rows that are there. */
  drop(rows: readonly number[]): void {
    for (const row of rows) this.flags.set(row, this.flags.get(row) | REMOVED);
    for (const row of rows) this.unindex(row);
    this.dead += rows.length;
  }

  markOf(row: number): number {
    return this.marks.get(row);
  }

  /** Rows that stand in one of the boxes or a hair beside it, by their code. */
  rowsIn(
    boxes: readonly (readonly [west: number, south: number, east: number, north: number])[],
  ): Map<string, number[]> {
    const found = new Map<string, number[]>();
    const wide = boxes.map((box) => box.map((degrees, i) => Math.round(degrees * DEGREE) + (i < 2 ? -2 : 2)));
    for (let row = 0; row < this.rows; row++) {
      const [lng, lat] = [this.lng.get(row), this.lat.get(row)];
      if (!this.isThere(row)) continue;
      if (!wide.some(([west, south, east, north]) => lng >= west! && lng <= east! && lat >= south! && lat <= north!))
        continue;
      const rows = found.get(this.codes[row]!);
      if (rows) rows.push(row);
      else found.set(this.codes[row]!, [row]);
    }
    return found;
  }

  /** Doors that a removed row stood for are given to others behind them. */
  private unindex(row: number): void {
    const fields = this.fields(row);
    const division = this.division.get(row);
    this.weigh(division, row, -1);
    for (const [kind, , name] of holdsOf(fields, (this.flags.get(row) & IN_VILLAGE) !== 0)) {
      const scope = kind === 'village' ? this.tree.villageOf(division) : this.tree.scopeOf(division);
      const anchor = this.anchors.find(kind, name, scope);
      if (anchor === -1) continue;
      this.anchors.unlink(anchor, this.lng.get(row), this.lat.get(row));
      const lost = this.standing.lose(anchor, kind, row, doorsOf(doorAt(kind, fields)));
      if (lost.length === 0) continue;
      this.anchors.walk(anchor, (other) => {
        for (const door of lost)
          if (this.isBehind(anchor, kind, other, door)) this.standing.put(anchor, kind, other, door);
        return true;
      });
    }
  }
}

/** Elements given by column, as the parser would have read them. */
function normalised(parser: Parser, given: NonNullable<StandardAddress['elements']>): Element[] {
  return ELEMENT_KINDS.flatMap((kind) => {
    const text = given[kind]?.trim() ?? '';
    return text === '' ? [] : [normaliseElement(parser, kind, text)];
  });
}
