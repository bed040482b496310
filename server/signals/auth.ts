import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { HekanError } from '../errors.ts';
import { hashToken, type OutletConfig } from './outlet.ts';

const denied = (field: string, why: string) => new HekanError('unauthorized', `${field}: ${why}`, { field });

/** Whether two texts are the same, in a time that does not tell where they differ. */
export function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** `sha256=<hex>` of `<timestamp>.<body>`: what X-Hekan-Signature must say. @param timestamp in s since 1970. */
export function sign(secret: string, timestamp: string, body: Uint8Array): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}`;
}

/** The secret itself, or what its file holds now. @throws HekanError('unavailable') where the file cannot be read. */
function secretOf({ secret, secretFile }: { secret?: string | undefined; secretFile?: string | undefined }): string {
  if (secretFile === undefined) return secret ?? '';
  try {
    const read = readFileSync(secretFile, 'utf8').trim();
    if (read.length >= 16) return read;
  } catch (cause) {
    throw new HekanError('unavailable', 'the secret of this outlet cannot be read', { field: 'secretFile', cause });
  }
  throw new HekanError('unavailable', 'the secret of this outlet is shorter than 16 letters', { field: 'secretFile' });
}

/** Whether an Authorization header has the token of an outlet. */
export function isBearer({ tokenSha256 }: { tokenSha256: string }, header: string | undefined): boolean {
  const [, token = ''] = /^Bearer (.+)$/i.exec(header ?? '') ?? [];
  return same(hashToken(token), tokenSha256);
}

/** Whether who sent this may. @throws HekanError('unauthorized') that names the header. */
export function checkAuth(auth: OutletConfig['auth'], headers: Headers, body: Uint8Array, now: Date): void {
  if (auth.kind === 'none') return;
  if (auth.kind === 'api_key') throw denied('outlet', 'its requests are filed at /open311/v2/requests');
  if (auth.kind === 'bearer') {
    if (!isBearer(auth, headers.get('authorization') ?? undefined))
      throw denied('Authorization', 'expected the bearer token of this outlet');
    return;
  }
  const timestamp = headers.get('x-hekan-timestamp') ?? '';
  const ageS = Math.abs(now.getTime() / 1000 - Number(timestamp));
  if (!/^\d{1,12}$/.test(timestamp) || ageS > auth.windowS)
    throw denied('X-Hekan-Timestamp', `expected seconds since 1970, at most ${auth.windowS} s from now`);
  if (!same(headers.get('x-hekan-signature') ?? '', sign(secretOf(auth), timestamp, body)))
    throw denied('X-Hekan-Signature', 'expected sha256=<hex> of <timestamp>.<body> under the secret of this outlet');
}
