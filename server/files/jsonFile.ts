import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { HekanError } from '../errors.ts';
import { fileError } from './sniff.ts';

function valueAt(given: unknown, path: PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    given,
  );
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}

/**
 * Checks what a JSON file holds.
 * @param field of errors, e.g. "map". @param what it is, for people. @param from its path or name.
 * @throws HekanError('bad_request') that names every key that is wrong, with its value.
 */
export function checkJson<T>(given: unknown, schema: z.ZodType<T>, field: string, what: string, from: string): T {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const told = parsed.error.issues.map((issue) => {
    const value = show(valueAt(given, issue.path));
    return `${issue.path.join('.') || '(the whole)'}: ${issue.message}, got ${value.slice(0, 80)}`;
  });
  const first = parsed.error.issues[0];
  throw new HekanError('bad_request', `${what} ${from}: ${told.join('; ')}`, {
    field: `${field}.${first?.path.join('.') ?? ''}`,
    given: show(valueAt(given, first?.path ?? [])).slice(0, 200),
  });
}

/** Reads and checks a JSON file. @throws HekanError('bad_request'): not there, not JSON, or not what it should be. */
export function readJsonFile<T>(path: string, field: string, what: string, schema: z.ZodType<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw fileError(field, path, cause);
    throw new HekanError('bad_request', `${field}: ${path} is not JSON: ${cause.message}`, {
      field,
      given: path,
      cause,
    });
  }
  return checkJson(value, schema, field, what, path);
}
