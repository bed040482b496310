import { readdirSync, readFileSync } from 'node:fs';
import iconv from 'iconv-lite';
import { z } from 'zod';
import { CRS_NAMES } from '../../api/shapes.ts';
import { HekanError } from '../../errors.ts';
import { checkJson, fileError } from '../../files/index.ts';
import { CASE_STATUSES } from '../words.ts';
import { compileFormat, DateFormatError } from './dates.ts';
import { isTimeZone } from '../time/zones.ts';

const BUILT_IN = new URL('./mappings/', import.meta.url);

const text = z.string().trim().min(1);
/** A column's name, or one that a file may lack. */
const column = z.union([text, z.strictObject({ column: text, optional: z.boolean().default(false) })], {
  error: 'expected a column name, or {"column": …, "optional": true}',
});
/** One column, or several that are joined. */
const columns = z.union([column, z.array(column).min(1)], {
  error: 'expected a column name, {"column": …, "optional": true}, or a list of them',
});
const dateFormat = text.superRefine((format, context) => {
  try {
    compileFormat(format);
  } catch (error) {
    if (!(error instanceof DateFormatError)) throw error;
    context.addIssue({ code: 'custom', message: `date format: ${error.message}` });
  }
});
const name = z.union([text, z.strictObject({ zh: text, en: text })], {
  error: 'expected a Chinese name, or {"zh": …, "en": …}',
});
const names = z.record(z.string(), name).default({});
const status = z.enum(CASE_STATUSES);

/** What a MAP.json holds. docs/import.md tells it to people. */
export const MAPPING_SCHEMA = z.strictObject({
  /** For a person who reads the file. */
  $comment: z.string().optional(),
  /** Key of the dataset: importing the same again changes it and doubles nothing. */
  name: text.regex(/^[a-z0-9][a-z0-9._-]*$/, 'expected lower-case letters, digits, and . _ -').max(100),
  nameZh: text.optional(),
  nameEn: text.optional(),
  /** Names of the city, for one that has none yet. */
  city: z.strictObject({ nameZh: text, nameEn: text }).optional(),
  delimiter: z.string().min(1).max(4).default(','),
  encoding: z
    .string()
    .refine((name) => iconv.encodingExists(name), 'expected an encoding such as utf-8, gbk, gb18030')
    .default('utf-8'),
  timeZone: z.string().refine(isTimeZone, 'expected an IANA time zone such as Asia/Shanghai'),
  crs: z.enum(CRS_NAMES).optional(),
  dateFormats: z.array(dateFormat).min(1),
  nulls: z.array(z.string()).default(['', 'NA', 'N/A', 'NULL', 'null']),
  nullDates: z.array(z.string()).default(['1900-01-01']),
  columns: z.strictObject({
    externalId: column,
    reportedAt: column,
    acceptedAt: column.optional(),
    dueAt: column.optional(),
    closedAt: column.optional(),
    status: column,
    category: column,
    categoryGroup: column.optional(),
    department: column.optional(),
    source: column.optional(),
    address: columns.optional(),
    description: columns.optional(),
    lng: column.optional(),
    lat: column.optional(),
  }),
  status: z.strictObject({
    /** Word in the file → status. Case and spaces around it do not matter. */
    words: z.record(z.string(), status),
    /** What another word means; reject: the row goes to the rejects. */
    unknown: z.union([z.literal('reject'), status]).default('reject'),
  }),
  standardRef: text,
  kind: z.enum(['component', 'event', 'hotline']).default('hotline'),
  /** Major category of rows that name none. */
  defaultGroup: z.strictObject({ nameZh: text, nameEn: text }).default({ nameZh: '其他', nameEn: 'Other' }),
  /** What a text in the file is called: text → Chinese name, or both names. A text without one is its own name. */
  names: z.strictObject({ category: names, categoryGroup: names, department: names, source: names }).prefault({}),
});

export type Mapping = z.infer<typeof MAPPING_SCHEMA>;
export type ColumnKey = keyof Mapping['columns'];

export interface ColumnRef {
  column: string;
  optional: boolean;
}

/** The columns that a key of `columns` names. */
export function columnRefs(mapping: Mapping, key: ColumnKey): ColumnRef[] {
  const given = mapping.columns[key];
  if (given === undefined) return [];
  return [given].flat().map((ref) => (typeof ref === 'string' ? { column: ref, optional: false } : ref));
}

export function builtInMappings(): string[] {
  return readdirSync(BUILT_IN)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();
}

/**
 * Checks a mapping.
 * @param from its path or name, for messages.
 * @throws HekanError('bad_request') that names every key that is wrong, and the value of the first.
 */
export function parseMapping(given: unknown, from: string): Mapping {
  const mapping = checkJson(given, MAPPING_SCHEMA, 'map', 'mapping', from);
  const { lng, lat } = mapping.columns;
  if ((lng === undefined) !== (lat === undefined)) {
    const field = lng === undefined ? 'columns.lng' : 'columns.lat';
    throw new HekanError('bad_request', `mapping ${from}: ${field}: lng and lat go together, got only one`, {
      field: `map.${field}`,
    });
  }
  return mapping;
}

/**
 * Reads a mapping.
 * @param map path of a MAP.json, or the name of a built-in one.
 */
export function readMapping(map: string): Mapping {
  const builtIn = builtInMappings().includes(map);
  const path = builtIn ? new URL(`${map}.json`, BUILT_IN) : map;
  let json: string;
  try {
    json = readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw fileError('map', map, cause);
    throw new HekanError(
      'bad_request',
      `map: ${map}: no such file, nor a built-in mapping (${builtInMappings().join(', ')})`,
      {
        field: 'map',
        given: map,
      },
    );
  }
  try {
    return parseMapping(JSON.parse(json.replace(/^\uFEFF/, '')), map);
  } catch (cause) {
    if (cause instanceof HekanError) throw cause;
    throw new HekanError('bad_request', `map: ${map} is not JSON: ${(cause as Error).message}`, {
      field: 'map',
      given: map,
      cause,
    });
  }
}
