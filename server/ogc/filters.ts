import { badRequest } from '../errors.ts';
import type { Filter } from './source.ts';

/** A filter by text of at most 100 characters. */
export function textFilter(name: string, description: string): Filter {
  return {
    name,
    description,
    schema: { type: 'string', minLength: 1, maxLength: 100 },
    check(text) {
      if (text.length === 0 || text.length > 100) throw badRequest(name, text, '1 to 100 characters');
    },
  };
}

/** A filter by one of some words. */
export function wordFilter(name: string, description: string, words: readonly string[]): Filter {
  return {
    name,
    description,
    schema: { type: 'string', enum: words },
    check(text) {
      if (!words.includes(text)) throw badRequest(name, text, `one of ${words.join(', ')}`);
    },
  };
}

/** A filter by the id of a division. */
export function divisionFilter(name: string, description: string): Filter {
  return {
    name,
    description,
    schema: { type: 'integer', minimum: 1, maximum: 999_999_999 },
    check(text) {
      if (!/^[1-9]\d{0,8}$/.test(text)) throw badRequest(name, text, 'the id of a division');
    },
  };
}
