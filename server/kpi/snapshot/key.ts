import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { HekanError } from '../../errors.ts';

const ID_LENGTH = 16;

/** A key that proves signatures. */
export interface PublicKey {
  /** The first 16 hexadecimal digits of SHA-256 over its SPKI (DER). */
  id: string;
  /** SPKI as PEM. */
  pem: string;
  verify(hash: Buffer, signature: Buffer): boolean;
}

export interface SigningKey extends PublicKey {
  sign(hash: Buffer): Buffer;
}

/** Where the key lies, and whether one is made where there is none. */
export interface KeyPlace {
  file: string;
  make: boolean;
}

function toPublic(key: KeyObject): PublicKey {
  const der = key.export({ type: 'spki', format: 'der' });
  return {
    id: createHash('sha256').update(der).digest('hex').slice(0, ID_LENGTH),
    pem: key.export({ type: 'spki', format: 'pem' }).toString(),
    verify: (hash, signature) => verify(null, hash, key, signature),
  };
}

function refuse(file: string, what: string, cause?: unknown): HekanError {
  const field = 'HEKAN_SIGNING_KEY_FILE';
  return new HekanError('setup', `${field}: ${file}: ${what}`, { field, given: file, cause });
}

function parseKey(file: string, parse: (pem: string) => KeyObject, what: string): KeyObject {
  let key: KeyObject;
  try {
    key = parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw refuse(file, `expected ${what} as PEM: ${(cause as Error).message}`, cause);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw refuse(file, `expected ${what}, got ${key.asymmetricKeyType}`);
  return key;
}

/** Two processes that make one at once end up with the same: a link is made once. */
function makeKey(file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const { privateKey } = generateKeyPairSync('ed25519');
  const mine = `${file}.${process.pid}`;
  try {
    writeFileSync(mine, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
    linkSync(mine, file);
  } catch (cause) {
    if (!existsSync(file)) throw refuse(file, `cannot be made: ${(cause as Error).message}`, cause);
  } finally {
    rmSync(mine, { force: true });
  }
}

/** The city's key, made where there is none yet. @throws HekanError('setup') where it is none, or must be there and is not. */
export function openSigningKey({ file, make }: KeyPlace): SigningKey {
  if (make && !existsSync(file)) makeKey(file);
  const key = parseKey(file, (pem) => createPrivateKey(pem), 'an Ed25519 private key');
  return { ...toPublic(createPublicKey(key)), sign: (hash) => sign(null, hash, key) };
}

/** Looks at the key that there is, or must be, before it is needed. @throws HekanError('setup') as openSigningKey does. */
export function checkSigningKey({ file, make }: KeyPlace): void {
  if (!make || existsSync(file)) openSigningKey({ file, make: false });
}

/** Its public part; null: there is no key yet. @throws HekanError('setup') where it is none. */
export function readCityKey(file: string): PublicKey | null {
  return existsSync(file) ? openSigningKey({ file, make: false }) : null;
}

/** A public key that was kept. @throws HekanError('setup') where it is none. */
export function readPublicKey(file: string): PublicKey {
  return toPublic(parseKey(file, (pem) => createPublicKey(pem), 'an Ed25519 public key'));
}
