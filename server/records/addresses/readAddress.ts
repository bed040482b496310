import type { CrsName } from '../../api/shapes.ts';
import { toWgs84 } from '../../city/index.ts';
import { HekanError } from '../../errors.ts';
import { fieldText, SeenIds, type RecordCursor } from '../../files/index.ts';
import { cellOf } from '../../../tiles/morton.ts';

/** An address as the table of places has it, without its number on its cell. */
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
}

/** Why a row is no address. */
export interface AddressProblem {
  reason: string;
  field: string;
  value: string;
}

const NEEDED = ['code', 'address', 'lng', 'lat'] as const;
const OPTIONAL = ['level', 'confidence'] as const;
const MAX_CODE = 100;
const MAX_ADDRESS = 500;
/** Beyond it Web Mercator has no place. */
const MAX_LAT = 85;
const DEFAULT_LEVEL = 'number';

type Columns = Record<(typeof NEEDED)[number] | (typeof OPTIONAL)[number], number>;

/** Where the columns are; -1: an optional one that is not there. @throws HekanError that names those that are missing. */
function findColumns(file: string, header: readonly string[]): Columns {
  const names = header.map((name) => name.toLowerCase());
  const missing = NEEDED.filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new HekanError(
      'bad_request',
      `${file} has no column ${missing.join(', ')}; its header is: ${header.join(', ').slice(0, 600)}`,
      { field: 'file', given: missing.join(', ') },
    );
  const at = [...NEEDED, ...OPTIONAL].map((name) => [name, names.indexOf(name)]);
  return Object.fromEntries(at) as Columns;
}

function numberOf(text: string): number {
  return /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
}

/** Reads rows of code, address, lng, lat and, where the file has them, level and confidence. */
export class AddressReader {
  readonly #columns: Columns;
  readonly #crs: CrsName;
  readonly #seen = new SeenIds();

  constructor(file: string, header: readonly string[], crs: CrsName) {
    this.#columns = findColumns(file, header);
    this.#crs = crs;
  }

  /** @returns the address of the cursor's row, or why it is none. */
  read(cursor: RecordCursor): Address | AddressProblem {
    if (cursor.problem !== null) return { reason: cursor.problem, field: '', value: '' };
    const text = (name: keyof Columns) => {
      const column = this.#columns[name];
      return column < 0 ? '' : fieldText(cursor, column).trim();
    };
    const wrong = (reason: string, field: keyof Columns): AddressProblem => ({ reason, field, value: text(field) });
    const [code, address] = [text('code'), text('address')];
    if (code === '') return wrong('missing_code', 'code');
    if (code.length > MAX_CODE || /[\0\uFFFD]/.test(code)) return wrong('strange_code', 'code');
    if (address === '') return wrong('missing_address', 'address');
    if (address.length > MAX_ADDRESS || address.includes('\0')) return wrong('strange_address', 'address');
    const [x, y] = [numberOf(text('lng')), numberOf(text('lat'))];
    if (Number.isNaN(x) || Math.abs(x) > 180) return wrong('no_position', 'lng');
    if (Number.isNaN(y) || Math.abs(y) > MAX_LAT || (x === 0 && y === 0)) return wrong('no_position', 'lat');
    const level = text('level') || DEFAULT_LEVEL;
    if (!/^[a-z_]{1,30}$/.test(level)) return wrong('strange_level', 'level');
    const confidence = text('confidence') === '' ? 1 : numberOf(text('confidence'));
    if (!(confidence >= 0 && confidence <= 1)) return wrong('strange_confidence', 'confidence');
    const first = this.#seen.lineOf(code);
    if (first !== null) return { reason: 'duplicate_in_file', field: 'code', value: `${code}, first on line ${first}` };
    this.#seen.add(code, cursor.line);
    const [lng, lat] = toWgs84(this.#crs, x, y);
    const { line } = cursor;
    return { line, raw: cursor.raw(), code, address, lng, lat, cell: cellOf(lng, lat), level, confidence };
  }
}
