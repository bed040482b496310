import { closeSync, openSync, readSync } from 'node:fs';
import { createHash, type Hash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { PbfReader } from 'pbf';
import { HekanError } from '../../errors.ts';

/** Limits of the format: https://wiki.openstreetmap.org/wiki/PBF_Format */
const MAX_HEADER = 64 * 1024;
const MAX_BLOB = 32 * 1024 * 1024;

export interface OsmNode {
  id: number;
  lng: number;
  lat: number;
  tags: Map<string, string> | null;
}
export interface OsmWay {
  id: number;
  refs: readonly number[];
  tags: Map<string, string>;
}
/** What is done with what a file holds. */
export interface OsmVisitor {
  node?(node: OsmNode): void;
  way?(way: OsmWay): void;
}

function broken(path: string, why: string, cause?: unknown): HekanError {
  return new HekanError('bad_request', `file: ${path}: no OSM .pbf: ${why}`, { field: 'file', given: path, cause });
}

/** Blocks of a file, unpacked; `read` tells how many bytes of it have been read. */
export function* readBlocks(path: string, hash: Hash | null, onRead: (bytes: number) => void): Generator<Uint8Array> {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (cause) {
    throw broken(path, (cause as Error).message, cause);
  }
  try {
    const take = (size: number): Uint8Array => {
      const bytes = Buffer.alloc(size);
      const got = readSync(file, bytes, 0, size, null);
      hash?.update(bytes.subarray(0, got));
      onRead(got);
      if (got > 0 && got < size) throw broken(path, 'it ends in the middle');
      return bytes.subarray(0, got);
    };
    for (;;) {
      const length = take(4);
      if (length.length === 0) return;
      const size = new DataView(length.buffer, length.byteOffset).getUint32(0);
      if (size === 0 || size > MAX_HEADER) throw broken(path, 'it does not begin like one');
      const header = readHeader(take(size));
      if (header.size > MAX_BLOB) throw broken(path, `a block of ${header.size} bytes`);
      const blob = take(header.size);
      if (header.type === 'OSMData') yield unpack(blob, path);
    }
  } catch (error) {
    if (error instanceof HekanError) throw error;
    throw broken(path, (error as Error).message, error);
  } finally {
    closeSync(file);
  }
}

function readHeader(bytes: Uint8Array): { type: string; size: number } {
  return new PbfReader(bytes).readFields(
    (tag, header, pbf) => {
      if (tag === 1) header.type = pbf.readString();
      else if (tag === 3) header.size = pbf.readVarint();
    },
    { type: '', size: 0 },
  );
}

function unpack(blob: Uint8Array, path: string): Uint8Array {
  const found = new PbfReader(blob).readFields(
    (tag, to: { raw: Uint8Array | null; zlib: Uint8Array | null }, pbf) => {
      if (tag === 1) to.raw = pbf.readBytes();
      else if (tag === 3) to.zlib = pbf.readBytes();
    },
    { raw: null, zlib: null },
  );
  if (found.raw) return found.raw;
  if (!found.zlib) throw broken(path, 'packed otherwise than with zlib');
  return inflateSync(found.zlib, { maxOutputLength: MAX_BLOB });
}

/** A block's strings and scale, and where its groups are. */
interface Block {
  strings: string[];
  groups: Uint8Array[];
  granularity: number;
  latOffset: number;
  lngOffset: number;
}

/** Goes through the nodes and ways of a block. */
export function visitBlock(bytes: Uint8Array, visitor: OsmVisitor): void {
  const block: Block = { strings: [], groups: [], granularity: 100, latOffset: 0, lngOffset: 0 };
  new PbfReader(bytes).readFields((tag, to, pbf) => {
    if (tag === 1)
      pbf.readMessage((key, strings: string[], table) => {
        if (key === 1) strings.push(table.readString());
      }, to.strings);
    else if (tag === 2) to.groups.push(pbf.readBytes());
    else if (tag === 17) to.granularity = pbf.readVarint();
    else if (tag === 19) to.latOffset = pbf.readVarint(true);
    else if (tag === 20) to.lngOffset = pbf.readVarint(true);
  }, block);
  for (const group of block.groups)
    new PbfReader(group).readFields((tag, _, pbf) => {
      if (tag === 1 && visitor.node) visitor.node(readNode(pbf.readBytes(), block));
      else if (tag === 2 && visitor.node) readDense(pbf.readBytes(), block, visitor.node.bind(visitor));
      else if (tag === 3 && visitor.way) visitor.way(readWay(pbf.readBytes(), block));
    }, null);
}

const degrees = (value: number, offset: number, { granularity }: Block): number =>
  (offset + granularity * value) * 1e-9;

function tagsOf(keys: readonly number[], values: readonly number[], { strings }: Block): Map<string, string> {
  return new Map(keys.map((key, i) => [strings[key] ?? '', strings[values[i] ?? 0] ?? '']));
}

function readNode(bytes: Uint8Array, block: Block): OsmNode {
  const raw = { id: 0, keys: [] as number[], values: [] as number[], lat: 0, lng: 0 };
  new PbfReader(bytes).readFields((tag, to, pbf) => {
    if (tag === 1) to.id = pbf.readSVarint();
    else if (tag === 2) pbf.readPackedVarint(to.keys);
    else if (tag === 3) pbf.readPackedVarint(to.values);
    else if (tag === 8) to.lat = pbf.readSVarint();
    else if (tag === 9) to.lng = pbf.readSVarint();
  }, raw);
  return {
    id: raw.id,
    lng: degrees(raw.lng, block.lngOffset, block),
    lat: degrees(raw.lat, block.latOffset, block),
    tags: raw.keys.length > 0 ? tagsOf(raw.keys, raw.values, block) : null,
  };
}

function readDense(bytes: Uint8Array, block: Block, visit: (node: OsmNode) => void): void {
  const raw = { ids: [] as number[], lats: [] as number[], lngs: [] as number[], tags: [] as number[] };
  new PbfReader(bytes).readFields((tag, to, pbf) => {
    if (tag === 1) pbf.readPackedSVarint(to.ids);
    else if (tag === 8) pbf.readPackedSVarint(to.lats);
    else if (tag === 9) pbf.readPackedSVarint(to.lngs);
    else if (tag === 10) pbf.readPackedVarint(to.tags);
  }, raw);
  let [id, lat, lng, at] = [0, 0, 0, 0];
  for (let i = 0; i < raw.ids.length; i++) {
    id += raw.ids[i]!;
    lat += raw.lats[i]!;
    lng += raw.lngs[i]!;
    let tags: Map<string, string> | null = null;
    for (; at < raw.tags.length && raw.tags[at] !== 0; at += 2)
      (tags ??= new Map()).set(block.strings[raw.tags[at]!] ?? '', block.strings[raw.tags[at + 1]!] ?? '');
    at++;
    visit({ id, lng: degrees(lng, block.lngOffset, block), lat: degrees(lat, block.latOffset, block), tags });
  }
}

function readWay(bytes: Uint8Array, block: Block): OsmWay {
  const raw = { id: 0, keys: [] as number[], values: [] as number[], refs: [] as number[] };
  new PbfReader(bytes).readFields((tag, to, pbf) => {
    if (tag === 1) to.id = pbf.readVarint();
    else if (tag === 2) pbf.readPackedVarint(to.keys);
    else if (tag === 3) pbf.readPackedVarint(to.values);
    else if (tag === 8) pbf.readPackedSVarint(to.refs);
  }, raw);
  let ref = 0;
  return { id: raw.id, refs: raw.refs.map((delta) => (ref += delta)), tags: tagsOf(raw.keys, raw.values, block) };
}

/** A hash to go with readBlocks. */
export const hashOf = (): Hash => createHash('sha256');
