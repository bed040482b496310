import { badRequest } from '../../errors.ts';
import { MAX_TEXT } from '../kinds.ts';
import type { Gazetteer, KnownName, ParsedAddress } from '../types.ts';
import { Lexicon } from './gazetteer.ts';
import { Scanner } from './scan.ts';

export interface Parser {
  /**
   * An address as its elements, in the order of the text, each level and value once.
   * @throws HekanError('bad_request') for more than MAX_TEXT units. No other text throws; what says nothing gives no elements.
   */
  parse(text: string, options?: { explain?: boolean }): ParsedAddress;
  /** A name of the address base is known from now on. */
  addName(name: KnownName): void;
}

/** A parser that knows a city's names. Not to be shared between threads. */
export function createParser(gazetteer: Gazetteer): Parser {
  const lexicon = new Lexicon(gazetteer);
  const scanner = new Scanner(lexicon);
  return {
    parse(text, { explain = false } = {}) {
      if (text.length > MAX_TEXT) throw badRequest('address', text, `at most ${MAX_TEXT} characters`);
      return scanner.scan(text, explain);
    },
    addName: (name) => lexicon.addName(name),
  };
}
