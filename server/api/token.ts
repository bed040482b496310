import { createHash, timingSafeEqual } from 'node:crypto';
import { HekanError } from '../errors.ts';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** @throws HekanError: forbidden where nobody may act over HTTP; unauthorized without the right token. */
export function checkToken(header: string | undefined, token: string | undefined): void {
  if (token === undefined)
    throw new HekanError('forbidden', 'steps over HTTP are off: set HEKAN_OPERATOR_TOKEN', {
      field: 'HEKAN_OPERATOR_TOKEN',
    });
  const given = /^Bearer (.+)$/i.exec(header ?? '')?.[1];
  if (given === undefined || !timingSafeEqual(digest(given), digest(token)))
    throw new HekanError('unauthorized', 'the bearer token is missing or wrong', { field: 'Authorization' });
}
