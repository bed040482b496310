import type { CrsName } from '../../api/shapes.ts';
import { FeatureProblem } from '../../city/index.ts';
import { badRequest, HekanError } from '../../errors.ts';
import { SeenIds } from '../../files/index.ts';
import { cellOf } from '../../../tiles/morton.ts';
import { findColumn, numberOf, readPosition, type RowSource, type SourceRow } from '../sources/index.ts';
import { elementColumns, elementText, levelOfElements, type AddressElements } from './elements.ts';

/** What three-real-one-standard (三实一标) counts at an address; never who. */
export const COUNT_NAMES = ['people', 'houses', 'units'] as const;
export type CountName = (typeof COUNT_NAMES)[number];

/** An address as the table of places has it, without its number on its cell. What is null the file does not say. */
export interface Address {
  line: number;
  raw: string;
  code: string;
  address: string;
  /** WGS 84. */
  lng: number;
  lat: number;
  cell: bigint;
  level: string;
  /** 0 to 1. */
  confidence: number;
  elements: AddressElements | null;
  /** Other texts and old names that mean it. */
  aliases: readonly string[] | null;
  counts: Readonly<Record<CountName, number | null>>;
}

/** Why a row is no address. */
export interface AddressProblem {
  reason: string;
  field: string;
  value: string;
}

const COLUMNS = {
  code: ['code', '地址编码', '编码', 'id'],
  address: ['address', '地址', '标准地址'],
  lng: ['lng', '经度'],
  lat: ['lat', '纬度'],
  level: ['level'],
  confidence: ['confidence'],
  aliases: ['aliases', 'old_names', '别名', '曾用名'],
} as const;
type Columns = Record<keyof typeof COLUMNS, string>;

const MAX_CODE = 100;
const MAX_ADDRESS = 500;
const MAX_ALIASES = 50;
const MAX_COUNT = 1_000_000;
const DEFAULT_LEVEL = 'number';

/**
 * Columns of counts: `people=实有人口,houses,units`; without a column's name it is the count's own.
 * @throws HekanError('bad_request') for another count.
 */
export function parseAttributes(given: string | undefined): Map<CountName, string> {
  const columns = new Map<CountName, string>();
  for (const part of given?.split(',') ?? []) {
    const [left = '', right = left] = part.split('=').map((text) => text.trim());
    const name = COUNT_NAMES.find((known) => known === left);
    if (!name || right === '')
      throw badRequest('--attributes', part, `${COUNT_NAMES.join(', ')}, each with =COLUMN where it has another name`);
    columns.set(name, right.toLowerCase());
  }
  return columns;
}

/** Where the columns are; '': an optional one that is not there. @throws HekanError that names those that are missing. */
function findColumns(source: RowSource, attributes: ReadonlyMap<CountName, string>, byElement: boolean): Columns {
  const found = Object.entries(COLUMNS).map(([key, names]) => [key, findColumn(source.columns, names)] as const);
  const needed = ['code', ...(byElement ? [] : ['address']), ...(source.hasGeometry ? [] : ['lng', 'lat'])];
  const missing = found.filter(([key, name]) => name === null && needed.includes(key)).map(([key]) => key);
  missing.push(...[...attributes.values()].filter((name) => !source.columns.has(name)));
  if (missing.length > 0)
    throw new HekanError(
      'bad_request',
      `${source.path} has no column ${missing.join(', ')}; its header is: ${[...source.columns].join(', ').slice(0, 600)}`,
      { field: 'file', given: missing.join(', ') },
    );
  return Object.fromEntries(found.map(([key, name]) => [key, name ?? ''])) as Columns;
}

/** Reads rows of code, position, and an address as a text, by element, or both. */
export class AddressReader {
  readonly #columns: Columns;
  readonly #elements: ReturnType<typeof elementColumns>;
  readonly #attributes: ReadonlyMap<CountName, string>;
  readonly #crs: CrsName;
  readonly #seen = new SeenIds();

  constructor(source: RowSource, crs: CrsName, attributes: ReadonlyMap<CountName, string>) {
    this.#elements = elementColumns(source.columns);
    this.#columns = findColumns(source, attributes, this.#elements.length > 0);
    this.#attributes = attributes;
    this.#crs = crs;
  }

  /** @returns the address of a row, or why it is none. */
  read(row: SourceRow): Address | AddressProblem {
    try {
      return this.#read(row);
    } catch (error) {
      if (!(error instanceof FeatureProblem)) throw error;
      const { reason, field, value } = error;
      return { reason, field, value };
    }
  }

  #read(row: SourceRow): Address {
    if (row.problem !== null) throw new FeatureProblem(row.problem, '', '');
    const text = (name: keyof Columns) => row.text(this.#columns[name]);
    const wrong = (reason: string, field: keyof Columns) => new FeatureProblem(reason, field, text(field));
    const code = text('code');
    const elements = elementsOf(this.#elements, row);
    const address = text('address') || (elements ? elementText(elements) : '');
    if (code === '') throw wrong('missing_code', 'code');
    if (code.length > MAX_CODE || /[\0\uFFFD]/.test(code)) throw wrong('strange_code', 'code');
    if (address === '') throw wrong('missing_address', 'address');
    if (address.length > MAX_ADDRESS || address.includes('\0')) throw wrong('strange_address', 'address');
    const shape = readPosition(row, this.#crs, this.#columns.lng, this.#columns.lat);
    if (shape.type !== 'Point') throw new FeatureProblem('wrong_geometry_type', 'geometry.type', shape.type);
    const level = text('level') || (elements ? levelOfElements(elements) : DEFAULT_LEVEL);
    if (!/^[a-z_]{1,30}$/.test(level)) throw wrong('strange_level', 'level');
    const confidence = text('confidence') === '' ? 1 : numberOf(text('confidence'));
    if (!(confidence >= 0 && confidence <= 1)) throw wrong('strange_confidence', 'confidence');
    const counts = this.#counts(row);
    const first = this.#seen.lineOf(code);
    if (first !== null) throw new FeatureProblem('duplicate_in_file', 'code', `${code}, first on line ${first}`);
    this.#seen.add(code, row.line);
    const [lng = 0, lat = 0] = shape.coordinates;
    const { line } = row;
    const aliases = this.#columns.aliases === '' ? null : splitAliases(text('aliases'));
    const said = { elements, aliases, counts };
    return { line, raw: row.raw(), code, address, lng, lat, cell: cellOf(lng, lat), level, confidence, ...said };
  }

  #counts(row: SourceRow): Address['counts'] {
    const counts: Record<CountName, number | null> = { people: null, houses: null, units: null };
    for (const [name, column] of this.#attributes) {
      const given = row.text(column);
      if (given === '') continue;
      const count = numberOf(given);
      if (!Number.isInteger(count) || count < 0 || count > MAX_COUNT)
        throw new FeatureProblem('strange_count', column, given);
      counts[name] = count;
    }
    return counts;
  }
}

/** The elements of a row where they name a door; null: its text is all there is. */
function elementsOf(columns: ReturnType<typeof elementColumns>, row: SourceRow): AddressElements | null {
  const elements: AddressElements = {};
  for (const [kind, column] of columns) {
    const value = row.text(column).replaceAll('\0', '');
    if (value !== '') elements[kind] = value.slice(0, MAX_CODE);
  }
  const named = elements.road ?? elements.estate ?? elements.hamlet ?? elements.community ?? elements.landmark;
  const door = elements.number ?? elements.building ?? elements.lane ?? elements.room ?? elements.landmark;
  return named !== undefined && door !== undefined ? elements : null;
}

function splitAliases(text: string): string[] {
  const parts = text
    .replaceAll('\0', '')
    .split(/[;；|]/)
    .map((part) => part.trim().slice(0, MAX_ADDRESS));
  return [...new Set(parts.filter((part) => part !== ''))].slice(0, MAX_ALIASES);
}
