import type { Parser } from '../parse/parser.ts';

/** A text with … in place of phone and identity numbers and names of persons. @param text of at most MAX_TEXT units. */
export function dropPersons(parser: Parser, text: string): string {
  let clean = text;
  for (const { start, end } of [...parser.parse(text).dropped].sort((a, b) => b.start - a.start))
    clean = `${clean.slice(0, start)}…${clean.slice(end)}`;
  return clean.trim();
}
