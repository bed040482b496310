import type { Encoding } from './cache.ts';

/** Answers by header: browsers send a handful of them. */
const known = new Map<string, Encoding>();
const MAX_KNOWN = 100;

/** The best of what the client takes: brotli, gzip, or neither. Source: RFC 9110, 12.5.3. */
export function chooseEncoding(header: string | undefined): Encoding {
  if (header === undefined) return 'identity';
  const found = known.get(header);
  if (found !== undefined) return found;
  const chosen = choose(header);
  if (known.size < MAX_KNOWN) known.set(header, chosen);
  return chosen;
}

function choose(header: string): Encoding {
  const accepted = new Map(
    header.split(',').map((part) => {
      const [name = '', ...params] = part.trim().toLowerCase().split(';');
      const q = params.map((p) => /^\s*q=([\d.]+)\s*$/.exec(p)?.[1]).find((value) => value !== undefined);
      return [name.trim(), q === undefined ? 1 : Number(q)] as const;
    }),
  );
  const takes = (name: string) => (accepted.get(name) ?? accepted.get('*') ?? 0) > 0;
  return takes('br') ? 'br' : takes('gzip') ? 'gzip' : 'identity';
}

/** RFC 9110, 13.1.2: weak comparison, any of a list, or *. */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const bare = (text: string) => text.trim().replace(/^W\//, '');
  return header.trim() === '*' || header.split(',').some((one) => bare(one) === bare(etag));
}
