import type { ElementKind } from '../kinds.ts';
import { CLASSES, DASH, DIGIT, LETTER } from './fold.ts';
import { NumeralReader } from './numeral.ts';
import type { Reading } from './reading.ts';
import { counterTrie, COUNTER_KINDS, wingTrie } from './words.ts';

const code = (char: string): number => char.charCodeAt(0);
const [MINUS, UNDER, FIRST, LETTER_B] = [code('负'), code('地'), code('首'), code('B')];
const SIDES = new Set(Array.from('东南西北中', code));
const BESIDE = new Set(Array.from('侧边', code));
/** Kinds that wings belong to: 第一医院门诊楼, 12号综合楼. */
const HOUSES = new Set<ElementKind | null>(['number', 'estate', 'landmark', 'phase']);

const first = new Uint8Array(65536);
for (const char of '东南西北中负地首主附副裙前后综教办住门实行急医外内塔配商宿') first[code(char)] = 1;
first[DASH] = first[LETTER_B] = 1;

/** Reads the parts of a house that go by a word instead of a number: 东单元, 综合楼, 负一层. */
export class PartReader {
  private readonly reading: Reading;
  private readonly numeral = new NumeralReader();

  constructor(reading: Reading) {
    this.reading = reading;
  }

  /** The part that starts at `at`, where an element may start. @returns its end, or 0. */
  read(at: number): number {
    const { reading } = this;
    if (first[reading.text.codes[at]!] === 0 || reading.last === null) return 0;
    return this.basement(at) || this.side(at) || this.wing(at);
  }

  /** 负一层, 地下2层, B1, −1层, 首层. */
  private basement(at: number): number {
    const { codes, size } = this.reading.text;
    const given = codes[at]!;
    if (given === FIRST && codes[at + 1] === code('层')) return this.emit('floor', at, at + 2, '1', 'the first floor');
    let from = 0;
    if (given === MINUS) from = at + 1;
    else if (given === UNDER && codes[at + 1] === code('下')) from = at + 2;
    else if (given === DASH || (given === LETTER_B && CLASSES[codes[at + 1]!] === DIGIT)) from = at + 1;
    if (from === 0 || !this.numeral.read(codes, from, size) || this.numeral.parts.length > 1) return 0;
    const depth = this.numeral.value;
    if (depth.length > 1) return 0;
    const index = counterTrie.longest(codes, this.numeral.end, size);
    const counter = index === 0 ? null : COUNTER_KINDS[index - 1]!;
    const counted = counter === 'floor' || counter === 'storey';
    // B1 alone is a floor of a house, B1栋 a building.
    const alone = given === LETTER_B && counter === null && this.reading.last === 'landmark';
    if (!counted && !(alone && (CLASSES[codes[this.numeral.end]!]! & (DIGIT | LETTER)) === 0)) return 0;
    return this.emit('floor', at, counted ? counterTrie.end : this.numeral.end, `B${depth}`, 'floor under the ground');
  }

  /** 东单元, 西侧单元. */
  private side(at: number): number {
    const { codes, size } = this.reading.text;
    if (!SIDES.has(codes[at]!)) return 0;
    const from = BESIDE.has(codes[at + 1]!) ? at + 2 : at + 1;
    const index = counterTrie.longest(codes, from, size);
    if (index === 0 || COUNTER_KINDS[index - 1] !== 'unit') return 0;
    return this.emit('unit', at, counterTrie.end, `${String.fromCharCode(codes[at]!)}单元`, 'unit by its side');
  }

  /** 综合楼, 门诊楼, 东楼: a building where a house was named before. */
  private wing(at: number): number {
    const { codes, size } = this.reading.text;
    if (!HOUSES.has(this.reading.last) || this.reading.lastEnd > at) return 0;
    if (wingTrie.longest(codes, at, size) === 0 || !this.reading.closed(wingTrie.end)) return 0;
    const { end } = wingTrie;
    return this.emit('building', at, end, this.reading.text.slice(at, end), 'building by its use');
  }

  private emit(kind: ElementKind, at: number, end: number, value: string, why: string): number {
    this.reading.emit(kind, at, end, value, why);
    return end;
  }
}
