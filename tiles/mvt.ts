/** Rows to Mapbox Vector Tile 2.1 bytes, for point layers. No object is made per feature: rows are read in place, features
 * are written into one growing buffer, and each distinct attribute value is written once per layer. */
import { MvtError, planLayer } from './columns.ts';
import type { Column, LayerPlan } from './columns.ts';
import { SMALL, toSafeInteger, ValueTable } from './values.ts';
import { closeMessage, varintSize, Writer, writeVarint } from './writer.ts';

export { MvtError } from './columns.ts';
export type { Column } from './columns.ts';
export type { ColumnType } from './values.ts';
export { cellsToTileXY, pointLevel, pointOffsetsToTileXY, pointsToTileXY } from './positions.ts';
export type { TilePositions } from './positions.ts';

/** One layer of points. */
export interface PointLayer {
  name: string;
  /** Tile units a side; 4096 unless told. */
  extent?: number;
  /** One a row position, unless a column says `at`. */
  columns: readonly Column[];
  /** Array-mode rows, in the order in which the features are to stand. */
  rows: readonly (readonly unknown[])[];
  /** Row position of the feature id (0..2^53 - 1, number or text; null: no id). The column standing at that position
   * without an `at` of its own becomes the id and is not repeated as an attribute. */
  id?: number;
  /** Positions in tile units, one a row: see cellsToTileXY and pointsToTileXY. */
  xs: ArrayLike<number>;
  ys: ArrayLike<number>;
}

// Field tags of the schema: field number << 3 | wire type
const TILE_LAYER = 0x1a;
const LAYER_NAME = 0x0a;
const LAYER_FEATURE = 0x12;
const LAYER_KEY = 0x1a;
const LAYER_EXTENT = 0x28;
const LAYER_VERSION = 0x78;
const FEATURE_ID = 0x08;
const FEATURE_TAGS = 0x12;
const FEATURE_TYPE = 0x18;
const FEATURE_GEOMETRY = 0x22;
const POINT = 1;
const MOVE_TO_ONE = 9; // command 1, count 1

/** Buffers above this are given back after use; below, they are kept for the next tile. */
const KEEP_BYTES = 4 << 20;

// Encoding is synchronous and these never leave it, so one set serves every tile.
let body = new Writer();
let values = new ValueTable();

/** The bytes of a tile of point layers.
 * @param layers names distinct. A layer without rows is left out. Null and undefined attributes are left out.
 * @returns an MVT 2.1 tile in an array of its own, not compressed; length 0 when no layer has a row. The same input gives
 * the same bytes.
 * @throws MvtError naming layer, column and value when a value is not of its column's type.
 * Source: github.com/mapbox/vector-tile-spec 2.1. Checked against @mapbox/vector-tile in mvt.test.ts. */
export function encodePointLayers(layers: readonly PointLayer[]): Uint8Array<ArrayBuffer> {
  const names = new Set<string>();
  const parts: Uint8Array[] = [];
  for (const layer of layers) {
    if (names.has(layer.name)) throw new MvtError(layer.name, null, 'a name of its own', 'the name twice');
    names.add(layer.name);
    if (layer.rows.length > 0) parts.push(encodeLayer(layer));
  }
  return join(parts);
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let size = 0;
  for (const part of parts) size += 1 + varintSize(part.length) + part.length;
  const tile = new Uint8Array(size);
  let pos = 0;
  for (const part of parts) {
    tile[pos++] = TILE_LAYER;
    pos = writeVarint(tile, pos, part.length);
    tile.set(part, pos);
    pos += part.length;
  }
  return tile;
}

function encodeLayer(layer: PointLayer): Uint8Array {
  const { rows, xs, ys } = layer;
  if (xs.length < rows.length || ys.length < rows.length) {
    throw new MvtError(layer.name, null, `${rows.length} positions`, `${Math.min(xs.length, ys.length)}`);
  }
  const plan = planLayer(layer.name, layer.columns, layer.id);
  body.pos = 0;
  values.clear();
  body.byte(LAYER_NAME);
  body.string(layer.name);
  writeFeatures(layer, plan);
  for (const key of plan.keys) {
    body.byte(LAYER_KEY);
    body.string(key);
  }
  body.bytes(values.out.buf.subarray(0, values.out.pos));
  body.byte(LAYER_EXTENT);
  body.varint(layer.extent ?? 4096);
  body.byte(LAYER_VERSION);
  body.byte(2);
  const bytes = body.buf.slice(0, body.pos);
  if (body.buf.length > KEEP_BYTES) body = new Writer();
  if (values.out.buf.length > KEEP_BYTES) values = new ValueTable();
  return bytes;
}

function writeFeatures(layer: PointLayer, plan: LayerPlan): void {
  const { rows, xs, ys, id } = layer;
  for (let r = 0; r < rows.length; r++) {
    const row = rows[r]!;
    body.reserve(plan.maxFeatureBytes);
    const buf = body.buf;
    buf[body.pos] = LAYER_FEATURE;
    const start = body.pos + 2;
    let pos = start;
    if (id !== undefined) pos = writeId(layer, row[id], buf, pos);
    pos = writeTags(layer, plan, row, buf, pos);
    pos = writePoint(xs[r]!, ys[r]!, buf, pos);
    body.pos = closeMessage(buf, start, pos);
  }
}

function writeId(layer: PointLayer, value: unknown, buf: Uint8Array, pos: number): number {
  if (value === null || value === undefined) return pos;
  const id = toSafeInteger(value);
  if (!(id >= 0)) throw new MvtError(layer.name, 'id', 'an integer 0..2^53 - 1', value);
  buf[pos] = FEATURE_ID;
  return writeVarint(buf, pos + 1, id);
}

function writeTags(layer: PointLayer, plan: LayerPlan, row: readonly unknown[], buf: Uint8Array, pos: number): number {
  const { at, isUint } = plan;
  const small = values.small;
  const start = pos + 2;
  buf[pos] = FEATURE_TAGS;
  pos = start;
  for (let key = 0; key < at.length; key++) {
    const value = row[at[key]!];
    if (value === null || value === undefined) continue;
    // the flat table keeps index + 1: 0 is "not seen yet", and a fraction finds undefined
    let index = isUint[key] === 1 && typeof value === 'number' && value >= 0 && value < SMALL ? small[value]! - 1 : -1;
    if (!(index >= 0)) index = slowIndex(layer, plan, key, value);
    pos = writeVarint(buf, pos, key);
    pos = writeVarint(buf, pos, index);
  }
  return pos === start ? start - 2 : closeMessage(buf, start, pos);
}

function slowIndex(layer: PointLayer, plan: LayerPlan, key: number, value: unknown): number {
  const type = plan.types[key]!;
  const index = values.index(type, value);
  if (index < 0) throw new MvtError(layer.name, plan.keys[key]!, type, value);
  return index;
}

function writePoint(x: number, y: number, buf: Uint8Array, pos: number): number {
  buf[pos] = FEATURE_TYPE;
  buf[pos + 1] = POINT;
  buf[pos + 2] = FEATURE_GEOMETRY;
  buf[pos + 4] = MOVE_TO_ONE;
  const end = writeVarint(buf, writeVarint(buf, pos + 5, zigzag(x)), zigzag(y));
  buf[pos + 3] = end - pos - 4;
  return end;
}

function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}
