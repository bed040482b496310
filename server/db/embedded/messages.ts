/** Cuts a stream of PostgreSQL's frontend messages into units that must run without another client's in between. */

const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;

const QUERY = 0x51; // Q: simple query
const SYNC = 0x53; // S: end of an extended query
const TERMINATE = 0x58; // X
/** A message longer than this is not one of ours: the connection is dropped instead of the memory. */
const MAX_MESSAGE_BYTES = 1 << 29;

export type Unit =
  /** To be answered 'N': no encryption on a local socket. */
  { kind: 'negotiate' } | { kind: 'startup' | 'query'; bytes: Uint8Array } | { kind: 'end' };

/**
 * A reader for one connection. Unnamed statements and portals belong to PGlite's only session: were the Parse of one client
 * and the Bind of another to alternate, the second would run the first one's statement. So Parse … Sync comes out as one unit.
 */
export function messageReader(): (chunk: Buffer) => Unit[] {
  let rest: Buffer = Buffer.alloc(0);
  let started = false;
  let scanned = 0;

  function cut(buffer: Buffer): { units: Unit[]; used: number } {
    const units: Unit[] = [];
    let from = 0;
    let at = scanned;
    for (;;) {
      const header = started ? 5 : 4;
      if (buffer.length - at < header) break;
      const length = started ? buffer.readInt32BE(at + 1) + 1 : buffer.readInt32BE(at);
      if (length < header || length > MAX_MESSAGE_BYTES)
        return { units: [...units, { kind: 'end' }], used: buffer.length };
      if (buffer.length - at < length) break;
      const type = buffer[at];
      at += length;
      if (!started) {
        const code = length >= 8 ? buffer.readInt32BE(from + 4) : 0;
        if (code === SSL_REQUEST || code === GSS_REQUEST) units.push({ kind: 'negotiate' });
        else if (code === CANCEL_REQUEST) return { units: [...units, { kind: 'end' }], used: buffer.length };
        else {
          started = true;
          units.push({ kind: 'startup', bytes: new Uint8Array(buffer.subarray(from, at)) });
        }
      } else if (type === TERMINATE) {
        return { units: [...units, { kind: 'end' }], used: buffer.length };
      } else if (type === QUERY || type === SYNC) {
        units.push({ kind: 'query', bytes: new Uint8Array(buffer.subarray(from, at)) });
      } else continue;
      from = at;
    }
    scanned = at - from;
    return { units, used: from };
  }

  return (chunk) => {
    const buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const { units, used } = cut(buffer);
    rest = buffer.subarray(used);
    return units;
  };
}
