import type { ParsedAddress } from '../types.ts';
import { Privacy } from './drop.ts';
import { BREAK } from './fold.ts';
import type { Lexicon } from './gazetteer.ts';
import { mayBeHighway, readHighway } from './highway.ts';
import { NameReader } from './names.ts';
import { NumberReader } from './numbers.ts';
import { PartReader } from './parts.ts';
import { Reading } from './reading.ts';
import { isRoadside, readRelation } from './relation.ts';
import { crossingTrie } from './words.ts';

/** One left-to-right pass over a folded text. Holds its buffers; not re-entrant. */
export class Scanner {
  private readonly reading: Reading;
  private readonly privacy: Privacy;
  private readonly numbers: NumberReader;
  private readonly names: NameReader;
  private readonly parts: PartReader;

  constructor(lexicon: Lexicon) {
    this.reading = new Reading(lexicon);
    this.privacy = new Privacy(this.reading.text);
    this.numbers = new NumberReader(this.reading);
    this.names = new NameReader(this.reading, this.numbers);
    this.parts = new PartReader(this.reading);
  }

  scan(original: string, explain: boolean): ParsedAddress {
    const { reading, privacy } = this;
    reading.reset(original, explain);
    const { text, lexicon } = reading;
    privacy.drop((at) => lexicon.trie.longest(text.codes, at, text.size) !== 0);
    for (let at = 0; at < text.size;) at = this.step(at);
    reading.flush(text.size, null);
    const { elements, relation, crossing, notes } = reading;
    const { dropped } = privacy;
    const intersection = crossing && elements.filter(({ kind }) => kind === 'road').length > 1;
    const parsed: ParsedAddress = { elements, relation, intersection, dropped };
    if (notes)
      parsed.explanation = [...notes, ...dropped.map(({ kind, start, end }) => `${start}-${end} ${kind}: left out`)];
    return parsed;
  }

  private step(at: number): number {
    const { reading, names, numbers, parts } = this;
    const { codes, size } = reading.text;
    const code = codes[at]!;
    if (code === BREAK) {
      reading.flush(at, null);
      return (reading.start = at + 1);
    }
    const named = names.known(at) || (at === reading.start ? names.filler(at) : 0);
    if (named !== 0) return named;
    const afterRoad = at === reading.start && reading.last === 'road' && reading.lastEnd === at;
    if (afterRoad && crossingTrie.longest(codes, at, size) !== 0) {
      reading.crossing = true;
      return (reading.start = crossingTrie.end);
    }
    const part = at === reading.start ? parts.read(at) || this.highway(at) : 0;
    if (part !== 0) return part;
    const numbered = numbers.starts(code) ? numbers.read(at) : 0;
    if (numbered !== 0) return numbered;
    if (at >= reading.start + 2 || (at === reading.start && reading.last !== null)) {
      const related = this.relate(at);
      if (related !== 0) return related;
    }
    return at > reading.start ? names.ending(at) : at + 1;
  }

  private highway(at: number): number {
    const { reading } = this;
    const road = mayBeHighway(reading.text, at) ? readHighway(reading.text, at) : null;
    if (road) reading.emit('road', at, road.end, road.value, 'numbered road');
    return road?.end ?? 0;
  }

  private relate(at: number): number {
    const { reading } = this;
    // 路北 is a side behind a road; inside a name 路 is its ending: 建设路北侧
    if (at > reading.start && isRoadside(reading.text, at)) return 0;
    const found = readRelation(reading.text, at);
    if (!found) return 0;
    reading.flush(at, 'landmark');
    const { kind, bearing, distanceM, end } = found;
    const { origin } = reading.text;
    const [start, to] = [origin[at]!, origin[end - 1]! + 1];
    reading.relation ??= { kind, bearing, distanceM, start, end: to, of: reading.elements.length - 1 };
    reading.notes?.push(`${start}-${to} relation ${kind}`);
    return (reading.start = end);
  }
}
