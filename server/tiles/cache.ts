import { brotliCompress, constants, gzip } from 'node:zlib';
import { promisify } from 'node:util';

export type Encoding = 'identity' | 'gzip' | 'br';

/** A tile ready to go out. Compressed forms are made when first asked for. */
export interface CachedTile {
  etag: string;
  raw: Uint8Array<ArrayBuffer>;
  gzip?: Uint8Array<ArrayBuffer>;
  br?: Uint8Array<ArrayBuffer>;
  /** Headers of an answer from the cache, by encoding, kept with it. */
  headers?: Partial<Record<Encoding, Readonly<Record<string, string>>>>;
}

const gzipAsync = promisify(gzip);
const brotliAsync = promisify(brotliCompress);
/** Brotli's 5 is as fast as gzip's 6 and smaller; 11 takes ten times as long. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };
/** What an entry costs beside its bytes. */
const ENTRY_BYTES = 500;

/** The bytes of a tile in an encoding, where they need not be made first. */
export function readyForm(tile: CachedTile, encoding: Encoding): Uint8Array<ArrayBuffer> | undefined {
  return encoding === 'identity' || tile.raw.length === 0 ? tile.raw : tile[encoding];
}

/** The bytes of a tile in an encoding. */
export async function encoded(tile: CachedTile, encoding: Encoding): Promise<Uint8Array<ArrayBuffer>> {
  const ready = readyForm(tile, encoding);
  if (ready) return ready;
  if (encoding === 'gzip') return (tile.gzip ??= new Uint8Array(await gzipAsync(tile.raw)));
  return (tile.br ??= new Uint8Array(await brotliAsync(tile.raw, BROTLI)));
}

/** Tiles by key, least recently used first out, bounded in bytes (raw size counted twice, for the compressed forms). */
export class TileCache {
  readonly #tiles = new Map<string, CachedTile>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#tiles.size;
  }

  /** The tile under a key if it still has this ETag; one with another is forgotten: something under it changed. */
  get(key: string, etag: string): CachedTile | undefined {
    const tile = this.#tiles.get(key);
    if (!tile) return undefined;
    if (tile.etag !== etag) {
      this.#drop(key, tile);
      return undefined;
    }
    this.#tiles.delete(key);
    this.#tiles.set(key, tile);
    return tile;
  }

  set(key: string, tile: CachedTile): void {
    const old = this.#tiles.get(key);
    if (old) this.#drop(key, old);
    this.#tiles.set(key, tile);
    this.#bytes += costOf(key, tile);
    for (const [oldest, held] of this.#tiles) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#drop(oldest, held);
    }
  }

  #drop(key: string, tile: CachedTile): void {
    this.#tiles.delete(key);
    this.#bytes -= costOf(key, tile);
  }
}

function costOf(key: string, tile: CachedTile): number {
  return tile.raw.length * 2 + key.length * 2 + ENTRY_BYTES;
}
