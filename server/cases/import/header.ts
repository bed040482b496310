import { HekanError } from '../../errors.ts';
import { columnRefs, type ColumnKey, type Mapping } from './mapping.ts';

/** Finds a key's values in a row. */
export type Lookup = Record<ColumnKey, { column: string; index: number }[]>;

export interface Header {
  width: number;
  lookup: Lookup;
  /** Optional columns that this file lacks. */
  lacking: string[];
}

const KEYS: ColumnKey[] = [
  'externalId',
  'reportedAt',
  'acceptedAt',
  'dueAt',
  'closedAt',
  'status',
  'category',
  'categoryGroup',
  'department',
  'source',
  'address',
  'description',
  'lng',
  'lat',
];
const DELIMITERS = [',', ';', '\t', '|'];

function hint(header: string[], delimiter: string): string {
  const only = header.length === 1 ? (header[0] ?? '') : '';
  const other = DELIMITERS.find((mark) => mark !== delimiter && only.includes(mark));
  return other ? `; the header looks separated by ${JSON.stringify(other)}: set "delimiter" in the mapping` : '';
}

/**
 * Finds the mapping's columns in a file's header. Spaces around a name and its case do not matter.
 * @throws HekanError('bad_request') that names the columns that are not there, and lists the header.
 */
export function readHeader(fields: string[], mapping: Mapping): Header {
  const header = fields.map((name) => name.replace(/^\uFEFF/, '').trim());
  const places = new Map<string, number>();
  header.forEach((name, i) => {
    const key = name.toLowerCase();
    if (!places.has(key)) places.set(key, i);
  });
  const lacking: string[] = [];
  const missing: string[] = [];
  const entries = KEYS.map((key) => {
    const found = columnRefs(mapping, key).flatMap(({ column, optional }) => {
      const index = places.get(column.toLowerCase());
      if (index !== undefined) return [{ column, index }];
      if (optional) lacking.push(column);
      else missing.push(`${JSON.stringify(column)} (columns.${key})`);
      return [];
    });
    return [key, found] as const;
  });
  if (missing.length > 0) {
    const listed = header.map((name) => JSON.stringify(name.slice(0, 80))).join(', ');
    throw new HekanError(
      'bad_request',
      `the file has no column ${missing.join(', ')}; its header is: ${listed.slice(0, 600)}${listed.length > 600 ? ' …' : ''}${hint(header, mapping.delimiter)}`,
      { field: 'map.columns', given: missing.join(', ') },
    );
  }
  return { width: header.length, lookup: Object.fromEntries(entries) as Lookup, lacking };
}
