import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkAuth, sign } from './auth.ts';
import { parseOutlet } from './outlet.ts';

const now = new Date('2026-11-26T00:00:00Z');
const body = Buffer.from('{"a":1}');
const signedBy = (secret: string) => {
  const timestamp = String(now.getTime() / 1000);
  return new Headers({ 'x-hekan-timestamp': timestamp, 'x-hekan-signature': sign(secret, timestamp, body) });
};

it('takes the secret from its file, as it is now', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'hekan-secret-')), 'secret');
  const auth = { kind: 'hmac', secretFile: path, windowS: 300 } as const;
  const check = (secret: string) => () => checkAuth(auth, signedBy(secret), body, now);
  expect(check('the first of two secrets')).toThrow(/cannot be read/);
  writeFileSync(path, 'the first of two secrets\n');
  expect(check('the first of two secrets')).not.toThrow();
  writeFileSync(path, 'the second of two secrets\n');
  expect(check('the first of two secrets')).toThrow(/X-Hekan-Signature/);
  writeFileSync(path, 'short');
  expect(check('short')).toThrow(/shorter/);
});

const outlet = (auth: object, more: object = {}) => ({
  key: 'k',
  kind: 'webhook',
  nameZh: '甲',
  nameEn: 'A',
  config: { auth, crs: 'wgs84', mapping: { category: 'c', lng: 'x', lat: 'y' } },
  ...more,
});

it.each<[string, object, RegExp]>([
  ['no secret', outlet({ kind: 'hmac' }), /one of secret and secretFile/],
  ['two secrets', outlet({ kind: 'hmac', secret: 'x'.repeat(20), secretFile: '/x' }), /one of/],
  ['a key for another kind', outlet({ kind: 'api_key', keysSha256: ['0'.repeat(64)] }), /for the kind open311/],
  ['open311 without a key', outlet({ kind: 'none' }, { kind: 'open311', categories: { a: '1' } }), /has api_key/],
])('refuses an outlet with %s', (_what, given, words) => {
  expect(() => parseOutlet(given)).toThrow(words);
});
