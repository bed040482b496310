import { z } from 'zod';
import { CLASSES } from '../../api/shapes.ts';
import { ENCODINGS, readJsonFile } from '../../files/index.ts';
import { dayReader, DayFormatError } from './days.ts';

const text = z.string().trim().min(1);
const classes = z.enum(CLASSES);

const dayFormat = text.superRefine((format, context) => {
  try {
    dayReader([format]);
  } catch (error) {
    if (!(error instanceof DayFormatError)) throw error;
    context.addIssue({ code: 'custom', message: `day format: ${error.message}` });
  }
});

/** Of every record, or by a column. */
const classOf = z.union(
  [
    classes,
    z.strictObject({
      column: text,
      /** Word in the file → class. */
      words: z.record(z.string(), classes),
      /** What another word means; reject: the row goes to the rejects. */
      unknown: z.union([z.literal('reject'), classes]).default('reject'),
    }),
  ],
  { error: `expected ${CLASSES.join(', ')}, or {"column": …, "words": {…}}` },
);

/** What a MAP.json of records holds. docs/import.md tells it to people. */
export const RECORD_MAPPING_SCHEMA = z
  .strictObject({
    /** For a person who reads the file. */
    $comment: z.string().optional(),
    /** Key of the dataset. */
    name: text.regex(/^[a-z0-9][a-z0-9._-]*$/, 'expected lower-case letters, digits, and . _ -').max(100),
    nameZh: text.optional(),
    nameEn: text.optional(),
    theme: text.max(100).optional(),
    /** Default: by the file's name, .jsonl and .ndjson are JSON Lines. */
    format: z.enum(['csv', 'jsonl']).optional(),
    delimiter: z
      .string()
      .regex(/^[\t -~]$/, 'expected one ASCII character')
      .refine((mark) => mark !== '"', 'expected another character than the quote')
      .default(','),
    /** Default: UTF-8 or GB18030, whichever the file's beginning is. */
    encoding: z.enum(ENCODINGS).optional(),
    columns: z
      .strictObject({
        key: text,
        /** Code of the address. */
        code: text.optional(),
        /** Id of the place, `<cell>-<n>`. */
        place: text.optional(),
        /** The address as it is written. */
        address: text.optional(),
        day: text,
      })
      .refine(({ code, place, address }) => [code, place, address].filter((one) => one !== undefined).length === 1, {
        error: 'expected one of "code" (of the address), "place" (its id) and "address" (as it is written)',
      }),
    /** An address that was found less surely is not located. */
    minConfidence: z.number().min(0.5).max(1).default(0.8),
    dayFormats: z.array(dayFormat).min(1).default(['ISO']),
    class: classOf,
  })
  .readonly();

export type RecordMapping = z.infer<typeof RECORD_MAPPING_SCHEMA>;

/** Reads a mapping. @throws HekanError('bad_request') that names every key that is wrong, and the value of the first. */
export function readRecordMapping(path: string): RecordMapping {
  return readJsonFile(path, 'map', 'mapping', RECORD_MAPPING_SCHEMA);
}
