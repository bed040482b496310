import { addressText } from '../base/addressText.ts';
import { middleOf, type Anchor } from '../base/anchors.ts';
import type { AddressBase } from '../base/base.ts';
import { initialsOf } from '../base/sound.ts';
import type { ElementKind } from '../kinds.ts';
import { foldText } from '../parse/fold.ts';
import { nameKey } from '../parse/gazetteer.ts';
import type { MatchLevel } from '../types.ts';
import { exactNames } from './find.ts';
import { fitOf, planQuery, type Query } from './query.ts';

export interface Suggestion {
  text: string;
  level: MatchLevel;
  /** Of the standard address, where the text is that of one. */
  code: string | null;
  lng: number;
  lat: number;
}

interface Entry {
  key: string;
  kind: 'road' | 'place';
  name: number;
}

/** Rows looked at for one answer, and names. */
const MOST_ROWS = 20_000;
const MOST_NAMES = 5_000;
const DIVISIONS = new Set<ElementKind>(['province', 'city', 'district', 'street', 'community']);
const INNER = ['number', 'building', 'unit', 'room'] as const;

/** What a half-typed address may become: names by their start or by the initials of their syllables, then the doors at a name. */
export class Suggester {
  private readonly base: AddressBase;
  private byText: Entry[] = [];
  private byInitials: Entry[] = [];
  private anchorsSeen = -1;

  constructor(base: AddressBase) {
    this.base = base;
  }

  /** @param limit at most so many, likeliest first. Never throws; what fits nothing gives an empty list. */
  suggest(typed: string, limit = 10): Suggestion[] {
    if (typed.length > 100 || typed.trim() === '') return [];
    const parsed = this.base.parser.parse(typed);
    const query = planQuery(this.base, parsed, null);
    const doors = this.doors(query, parsed.elements, limit);
    if (doors.length > 0) return doors;
    const divisions = parsed.elements.filter(({ kind }) => DIVISIONS.has(kind));
    const last = divisions.at(-1);
    if (last?.end !== typed.length) return this.names(nameKey(typed.slice(last?.end ?? 0)), query, limit);
    // 中华 is short for a street, and the start of a road's name.
    const above = planQuery(this.base, { ...parsed, elements: divisions.slice(0, -1) }, null);
    return this.names(nameKey(typed.slice(last.start)), above, limit);
  }

  /** Doors at the names that the text holds: the last number typed may be half of one. */
  private doors(query: Query, elements: readonly { kind: string; value: string }[], limit: number): Suggestion[] {
    const { base } = this;
    const deepest = INNER.findLast((field) => elements.some(({ kind }) => kind === field)) ?? null;
    const typed = elements.findLast(({ kind }) => kind === deepest)?.value ?? '';
    const found = new Map<string, number>();
    let left = MOST_ROWS;
    for (const { kind, name } of exactNames(base, query))
      for (const anchor of this.fitting(query, base.anchors.named(kind, name)))
        base.anchors.walk(anchor, (row) => {
          const next = base.isThere(row) ? this.nextPart(query, row, deepest, typed) : null;
          if (next !== null && !found.has(next)) found.set(next, row);
          return left-- > 0;
        });
    return [...found]
      .sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1))
      .slice(0, limit)
      .map(([, row]) => this.suggestRow(row));
  }

  /** The part of a row that the text asks for, or null where the row does not fit what was typed. */
  private nextPart(
    { fields }: Query,
    row: number,
    deepest: (typeof INNER)[number] | null,
    typed: string,
  ): string | null {
    const own = this.base.fields(row);
    for (const field of INNER) {
      if (field === deepest) {
        const text = this.base.strings.text(own[field]);
        return text !== '' && text.startsWith(typed) ? text : null;
      }
      if (deepest !== null && fields[field] !== 0 && fields[field] !== own[field]) return null;
    }
    return INNER.map((field) => this.base.strings.text(own[field])).find((text) => text !== '') ?? '';
  }

  private fitting(query: Query, anchors: readonly number[]): readonly number[] {
    return anchors.filter(
      (anchor) => fitOf(query, this.base.tree.pathOf(this.base.anchors.all[anchor]!.scope)).loss < 0.1,
    );
  }

  private suggestRow(row: number): Suggestion {
    const { base } = this;
    const [lng, lat] = base.positionOf(row);
    const { building, unit, room } = base.fields(row);
    const level = room !== 0 ? 'room' : unit !== 0 ? 'unit' : building !== 0 ? 'building' : 'number';
    return { text: addressText(base, row), level, code: base.codeOf(row), lng, lat };
  }

  private names(start: string, query: Query, limit: number): Suggestion[] {
    this.settle();
    if (start === '') return [];
    const latin = /^[A-Z]+$/.test(start);
    const entries = latin ? inRange(this.byInitials, start.toLowerCase()) : inRange(this.byText, start);
    const found: { text: string; anchor: Anchor; count: number }[] = [];
    for (const { kind, name } of entries) {
      const byDistrict = new Map<number, { text: string; anchor: Anchor; count: number }>();
      for (const index of this.fitting(query, this.base.anchors.named(kind, name))) {
        const anchor = this.base.anchors.all[index]!;
        const [city, district] = this.base.tree.pathOf(anchor.scope);
        const one = byDistrict.get(district);
        if (one) one.count += anchor.count;
        else {
          const where = [city, district].map((id) => this.base.tree.nameOf(id)).join('');
          byDistrict.set(district, { text: where + this.base.strings.text(name), anchor, count: anchor.count });
        }
      }
      found.push(...byDistrict.values());
    }
    return found
      .sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1))
      .slice(0, limit)
      .map(({ text, anchor }) => {
        const [lng, lat] = middleOf(anchor);
        const level = anchor.kind === 'road' ? 'road' : 'estate';
        return { text, level, code: null, lng, lat };
      });
  }

  /** Sorts the names anew where there are new ones. */
  private settle(): void {
    const { anchors, strings } = this.base;
    if (this.anchorsSeen === anchors.all.length) return;
    this.anchorsSeen = anchors.all.length;
    const seen = new Set<number>();
    this.byText = [];
    for (const { kind, name } of anchors.all) {
      if (kind === 'village' || seen.has(name)) continue;
      seen.add(name);
      this.byText.push({ key: foldText(strings.text(name)), kind, name });
    }
    this.byInitials = this.byText.map((entry) => ({ ...entry, key: initialsOf(entry.key) }));
    for (const list of [this.byText, this.byInitials])
      list.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.name - b.name));
  }
}

function inRange(entries: readonly Entry[], start: string): Entry[] {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entries[middle]!.key < start) low = middle + 1;
    else high = middle;
  }
  const found: Entry[] = [];
  for (let at = low; at < entries.length && found.length < MOST_NAMES && entries[at]!.key.startsWith(start); at++)
    found.push(entries[at]!);
  return found;
}
