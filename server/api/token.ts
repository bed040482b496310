import { createHash, timingSafeEqual } from 'node:crypto';
import { HekanError } from '../errors.ts';

const digest = (text: string) => createHash('sha256').update(text).digest();

function isToken(header: string | undefined, token: string): boolean {
  const given = /^Bearer (.+)$/i.exec(header ?? '')?.[1];
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}

const unauthorized = () =>
  new HekanError('unauthorized', 'the bearer token is missing or wrong', { field: 'Authorization' });

/** @throws HekanError: forbidden where nobody may act over HTTP; unauthorized without the right token. */
export function checkToken(header: string | undefined, token: string | undefined): void {
  if (token === undefined)
    throw new HekanError('forbidden', 'steps over HTTP are off: set HEKAN_OPERATOR_TOKEN', {
      field: 'HEKAN_OPERATOR_TOKEN',
    });
  if (!isToken(header, token)) throw unauthorized();
}

/** The same for what collectors may do: an operator may do it too. */
export function checkCollector(
  header: string | undefined,
  { collector, operator }: { collector: string | undefined; operator: string | undefined },
): void {
  const tokens = [collector, operator].filter((token) => token !== undefined);
  if (tokens.length === 0)
    throw new HekanError('forbidden', 'collection over HTTP is off: set HEKAN_COLLECTOR_TOKEN', {
      field: 'HEKAN_COLLECTOR_TOKEN',
    });
  if (!tokens.some((token) => isToken(header, token))) throw unauthorized();
}
