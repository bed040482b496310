export * from './kinds.ts';
export * from './types.ts';
export { createParser, type Parser } from './parse/parser.ts';
export { AddressBase } from './base/base.ts';
export { addressText } from './base/addressText.ts';
export { Matcher, type MatchOptions } from './match/matcher.ts';
export { Suggester, type Suggestion } from './match/suggest.ts';
export * from './file/index.ts';
export * from './service/index.ts';
