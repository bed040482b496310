/** What the columns of a layer mean to the encoder, worked out once a layer. */
import type { ColumnType } from './values.ts';

/** An attribute: its key, how it is written, and the position in the row from which it is read (its own index unless told). */
export interface Column {
  name: string;
  type: ColumnType;
  at?: number;
}

/** A value, or a layer, that cannot be encoded: a fault of the statement or of the columns, never of a reader. */
export class MvtError extends Error {
  readonly layer: string;
  readonly column: string | null;
  readonly value: unknown;

  constructor(layer: string, column: string | null, expected: string, value: unknown) {
    const got = typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : `${typeof value} ${String(value)}`;
    super(`layer ${layer}${column === null ? '' : `, column ${column}`}: expected ${expected}, got ${got}`);
    this.name = 'MvtError';
    this.layer = layer;
    this.column = column;
    this.value = value;
  }
}

/** Flat arrays for the loop over rows: entry i is the attribute with key index i. */
export interface LayerPlan {
  keys: string[];
  types: ColumnType[];
  /** 1 where the type is uint: those try the flat table first. */
  isUint: Uint8Array;
  /** Row positions. */
  at: Int32Array;
  /** What one feature can take at most, and so what is reserved before each. */
  maxFeatureBytes: number;
}

/** The plan of a layer.
 * @param id the row position of the feature id; a column that stands there without an `at` is left out.
 * @throws MvtError when two attributes have one name. */
export function planLayer(layer: string, columns: readonly Column[], id: number | undefined): LayerPlan {
  const attributes = columns
    .map((column, index) => ({ ...column, at: column.at ?? index, isId: column.at === undefined && index === id }))
    .filter((column) => !column.isId);
  const keys = attributes.map((column) => column.name);
  keys.forEach((key, i) => {
    if (keys.indexOf(key) !== i) throw new MvtError(layer, key, 'a name of its own', 'the name twice');
  });
  return {
    keys,
    types: attributes.map((column) => column.type),
    isUint: Uint8Array.from(attributes, (column) => (column.type === 'uint' ? 1 : 0)),
    at: Int32Array.from(attributes, (column) => column.at),
    // tags, at most 5 + 5 bytes each; id 9, type 2, point 13, and the messages' own tags and lengths
    maxFeatureBytes: attributes.length * 10 + 48,
  };
}
