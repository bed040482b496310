import { badRequest } from '../errors.ts';

/** Fields of a form, each with its values in order; `attribute[code][]` is the same field as `attribute[code]`. */
export type Form = ReadonlyMap<string, readonly string[]>;

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw badRequest('body', text, 'UTF-8, percent-encoded');
  }
}

/** Reads application/x-www-form-urlencoded; what is no UTF-8 is refused, never guessed.
 * @throws HekanError('bad_request'), also for the letter NUL. */
export function parseForm(contentType: string, body: Uint8Array): Form {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(contentType))
    throw badRequest('Content-Type', contentType, 'application/x-www-form-urlencoded; charset=utf-8');
  const charset = /charset="?([^\s;"]+)/i.exec(contentType)?.[1];
  if (charset !== undefined && !/^utf-?8$/i.test(charset))
    throw badRequest('Content-Type', contentType, 'charset=utf-8');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw badRequest('body', contentType, 'bytes of the charset utf-8');
  }
  const form = new Map<string, string[]>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const name = decode(at < 0 ? pair : pair.slice(0, at)).replace(/\[\]$/, '');
    const value = decode(at < 0 ? '' : pair.slice(at + 1));
    if (name.includes('\0') || value.includes('\0'))
      throw badRequest(name.replaceAll('\0', ''), value, 'no NUL character');
    form.set(name, [...(form.get(name) ?? []), value]);
  }
  return form;
}

/** A field's only value; null where it is empty or not there: the standard takes both for the same. */
export function oneValue(form: Form, name: string): string | null {
  const value = form.get(name)?.at(-1)?.trim();
  return value === undefined || value === '' ? null : value;
}
