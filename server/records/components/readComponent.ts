import type { LineString, MultiLineString, Point } from 'geojson';
import type { CrsName } from '../../api/shapes.ts';
import { FeatureProblem } from '../../city/index.ts';
import { HekanError, badRequest } from '../../errors.ts';
import { SeenIds } from '../../files/index.ts';
import { cellOf } from '../../../tiles/morton.ts';
import { findColumn, readPosition, type RowSource, type SourceRow } from '../sources/index.ts';

/** A component (部件) as the table has it. */
export interface Component {
  line: number;
  raw: string;
  code: string;
  standardRef: string;
  /** Major and minor. */
  category: string;
  name: string;
  shape: Point | LineString | MultiLineString;
  /** Where it is shown: of a line its middle position. */
  lng: number;
  lat: number;
  cell: bigint;
}

/** What components are checked against. */
export interface ComponentRules {
  crs: CrsName;
  /** Of all; null: each row's own, else by the length of its code. */
  standardRef: string | null;
  /** Codes of cities and districts, where they have 6 digits; empty: not checked. */
  divisions: ReadonlySet<string>;
}

const COLUMNS = {
  code: ['code', 'component_code', '标识码', '部件标识码', '部件编码', '编码', 'objcode', 'id'],
  name: ['name', '名称', '部件名称', 'objname'],
  standard: ['standard_ref', 'standard', '标准'],
  lng: ['lng', 'lon', 'longitude', '经度'],
  lat: ['lat', 'latitude', '纬度'],
} as const;

type Columns = Record<keyof typeof COLUMNS, string>;

/** By the length of the code: 6 division + 2 major + 3 minor + 6 sequence, and before 2026 a minor of 2. */
const SERIES = new Map([
  [17, 'GB/T 47678.5-2026'],
  [16, 'GB/T 30428.2-2013'],
]);
const SEQUENCE = 6;
const DIVISION = 6;
/** 市政公用, 交通, 市容环卫, 园林绿化, 其他. */
const MAJORS = /^0[1-5]/;
const MAX_NAME = 200;

/** The position by which a shape is shown. */
function middleOf(shape: Component['shape']): readonly number[] {
  if (shape.type === 'Point') return shape.coordinates;
  const line =
    shape.type === 'LineString' ? shape.coordinates : shape.coordinates[Math.floor(shape.coordinates.length / 2)]!;
  return line[Math.floor(line.length / 2)]!;
}

/** Reads components of a file: code, position, and where the file has them name and standard. */
export class ComponentReader {
  readonly #columns: Columns;
  readonly #rules: ComponentRules;
  readonly #seen = new SeenIds();

  /** @throws HekanError('bad_request') that names the column that is missing. */
  constructor(source: RowSource, rules: ComponentRules) {
    this.#rules = rules;
    const found = Object.entries(COLUMNS).map(([key, names]) => [key, findColumn(source.columns, names)] as const);
    const needed = source.hasGeometry ? ['code'] : ['code', 'lng', 'lat'];
    const missing = found.filter(([key, name]) => name === null && needed.includes(key)).map(([key]) => key);
    if (missing.length > 0)
      throw new HekanError(
        'bad_request',
        `${source.path} has no column ${missing.join(', ')}; it has: ${[...source.columns].join(', ').slice(0, 600)}`,
        { field: 'file', given: missing.join(', ') },
      );
    this.#columns = Object.fromEntries(found.map(([key, name]) => [key, name ?? ''])) as Columns;
  }

  /** @throws FeatureProblem that names what is wrong with the row. */
  read(row: SourceRow): Component {
    if (row.problem !== null) throw new FeatureProblem(row.problem, '', '');
    const code = row.text(this.#columns.code);
    if (code === '') throw new FeatureProblem('missing_code', 'code', '');
    const standardRef = this.#check(code, row.text(this.#columns.standard));
    const shape = readPosition(row, this.#rules.crs, this.#columns.lng, this.#columns.lat);
    const key = `${standardRef} ${code}`;
    const first = this.#seen.lineOf(key);
    if (first !== null) throw new FeatureProblem('duplicate_in_file', 'code', `${code}, first on line ${first}`);
    this.#seen.add(key, row.line);
    const [lng = 0, lat = 0] = middleOf(shape);
    return {
      line: row.line,
      raw: row.raw(),
      code,
      standardRef,
      category: code.slice(DIVISION, -SEQUENCE),
      name: row.text(this.#columns.name).replaceAll('\0', '').slice(0, MAX_NAME),
      shape,
      lng,
      lat,
      cell: cellOf(lng, lat),
    };
  }

  /** @returns the standard that a code is of. */
  #check(code: string, own: string): string {
    const series = SERIES.get(code.length);
    if (series === undefined || !/^\d+$/.test(code)) throw new FeatureProblem('strange_code', 'code', code);
    const standardRef = (own || this.#rules.standardRef) ?? series;
    if (standardRef.length > MAX_NAME || standardRef.includes('\0'))
      throw new FeatureProblem('strange_standard', 'standard_ref', standardRef);
    const is2026 = standardRef === SERIES.get(17);
    if (is2026 && code.length !== 17) throw new FeatureProblem('code_of_another_series', 'code', code);
    if (is2026 && !MAJORS.test(code.slice(DIVISION))) throw new FeatureProblem('unknown_major', 'code', code);
    const { divisions } = this.#rules;
    if (divisions.size > 0 && !divisions.has(code.slice(0, DIVISION)))
      throw new FeatureProblem('unknown_division', 'code', code);
    return standardRef;
  }
}

/** @throws HekanError('bad_request') for a standard that is no name. */
export function checkStandard(given: string | undefined): string | null {
  if (given === undefined) return null;
  if (given.trim() === '' || given.length > MAX_NAME)
    throw badRequest('--standard', given, 'a name such as GB/T 47678.5-2026');
  return given.trim();
}
