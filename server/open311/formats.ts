import { badRequest } from '../errors.ts';

export type Format = 'xml' | 'json';

/** How a list's items are called in XML. JSON leaves the names out (Spark convention). */
const ITEM: ReadonlyMap<string, string> = new Map([
  ['services', 'service'],
  ['service_requests', 'request'],
  ['attributes', 'attribute'],
  ['values', 'value'],
  ['errors', 'error'],
  ['endpoints', 'endpoint'],
  ['formats', 'format'],
]);

const CONTENT_TYPES: Record<Format, string> = {
  xml: 'text/xml; charset=utf-8',
  json: 'application/json; charset=utf-8',
};

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
]);

/** Letters that XML 1.0 cannot hold, not even escaped. Source: XML 1.0, production 2. */
// eslint-disable-next-line no-control-regex
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;
const escape = (text: string) => text.replace(NOT_XML, '').replace(/[&<>]/g, (letter) => ESCAPES.get(letter)!);

function element(name: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return `<${name}/>`;
  if (Array.isArray(value)) {
    const item = ITEM.get(name) ?? 'item';
    return `<${name}>${value.map((one) => element(item, one)).join('')}</${name}>`;
  }
  if (typeof value !== 'object') return `<${name}>${escape(`${value as string | number | boolean}`)}</${name}>`;
  const inner = Object.entries(value).map(([key, one]) => element(key, one));
  return `<${name}>${inner.join('')}</${name}>`;
}

/** An answer in either format. @param root name of the outermost element, which JSON does not have. */
export function answer(format: Format, root: string, value: unknown, status = 200): Response {
  const body =
    format === 'json' ? JSON.stringify(value) : `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, value)}\n`;
  return new Response(body, {
    status,
    headers: { 'Content-Type': CONTENT_TYPES[format], 'Cache-Control': 'no-store' },
  });
}

/** The format that the name of a resource ends in, else the one of Accept; XML, which the standard requires, where neither says. */
export function splitFormat(name: string, accept: string | undefined): { name: string; format: Format } {
  const [, bare, ending] = /^(.*)\.(xml|json)$/s.exec(name) ?? [];
  if (bare !== undefined) return { name: bare, format: ending as Format };
  return { name, format: /\bjson\b/i.test(accept ?? '') && !/\bxml\b/i.test(accept ?? '') ? 'json' : 'xml' };
}

/** An instant in the W3C's form, in UTC. */
export const formatInstant = (at: Date | null): string | null => at && at.toISOString().replace(/\.\d{3}Z$/, 'Z');

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/** @throws HekanError('bad_request') for what is no instant with its zone, or not of 1970 to 2199. */
export function parseInstant(field: string, given: string): Date {
  // A + that nobody encoded has become a space.
  const text = given.replace(/ (\d\d:\d\d)$/, '+$1');
  const at = new Date(text);
  if (!INSTANT.test(text) || !(at.getTime() >= 0 && at.getUTCFullYear() < 2200))
    throw badRequest(field, given, 'an instant of 1970 to 2199 with its zone, e.g. 2010-01-01T00:00:00Z');
  return at;
}
