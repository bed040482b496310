import { CRS_NAMES, type CrsName } from '../../api/shapes.ts';
import type { Database } from '../../db/index.ts';
import { badRequest, HekanError } from '../../errors.ts';
import type { ImportOutput } from '../../files/index.ts';
import { textOption, type Command, type Given } from '../command.ts';

const text = { type: 'string' } as const;

/** Options of all kinds of imports. */
export const IMPORT_OPTIONS = {
  crs: text,
  level: text,
  'level-property': text,
  'code-property': text,
  'name-property': text,
  'name-en-property': text,
  'parent-property': text,
  parent: text,
  kind: text,
  'responsible-property': text,
  'city-name': text,
  'city-name-en': text,
  'time-zone': text,
  standard: text,
  attributes: text,
  map: text,
  dataset: text,
  rejects: text,
  replace: { type: 'boolean' },
  'replace-demo': { type: 'boolean' },
  'dry-run': { type: 'boolean' },
} as const satisfies Command['options'];

/** A kind of import. */
export interface ImportKind {
  usage: string;
  /** Options that it has. */
  options: readonly (keyof typeof IMPORT_OPTIONS)[];
  /** @returns the lines of its report. */
  run: (run: ImportRun) => Promise<string[]>;
}

/** @throws HekanError('bad_request') for a name that is none. */
export function crsOption(given: Given): CrsName | undefined {
  const name = textOption(given, 'crs');
  if (name === undefined) return undefined;
  const found = CRS_NAMES.find((crs) => crs === name.toLowerCase());
  if (!found) throw badRequest('--crs', name, `one of ${CRS_NAMES.join(', ')}`);
  return found;
}

/** What an import is given. */
export interface ImportRun {
  db: Database;
  given: Given;
  files: string[];
  out: ImportOutput;
}

export const option = ({ given }: ImportRun, name: string) => textOption(given, name);
export const flag = ({ given }: ImportRun, name: string) => given.values[name] === true;

/** The only file. */
export function oneFile({ files }: ImportRun): string {
  const [file, ...more] = files;
  if (more.length > 0)
    throw new HekanError('bad_request', `one file at a time: ${more.join(' ')} is too much`, { field: 'FILE' });
  return file!;
}

/** What the file's coordinates are, which cannot be guessed. */
export function neededCrs({ given }: ImportRun): CrsName {
  const crs = crsOption(given);
  if (!crs) throw badRequest('--crs', '', `${CRS_NAMES.join(', ')}: the source says which it is, it cannot be guessed`);
  return crs;
}
