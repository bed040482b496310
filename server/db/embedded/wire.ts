import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import type { PGlite } from '@electric-sql/pglite';
import { messageReader } from './messages.ts';

/** How often the housekeeping between two clients' units may run. */
const HOUSEKEEPING_MS = 2000;
/** A client that begins a transaction and then sleeps would stop the city: after this long it is rolled back and cut off. */
const IDLE_IN_TRANSACTION_MS = 60_000;

interface Client {
  socket: Socket;
  units: Uint8Array[];
  gone: boolean;
}

/** Status that ReadyForQuery ends an answer with: I idle, T in a transaction, E in a failed one; undefined where it has none. */
function readyStatus(answer: Uint8Array): string | undefined {
  const at = answer.length - 6;
  return at >= 0 && answer[at] === 0x5a ? String.fromCharCode(answer[at + 5] ?? 0) : undefined;
}

/**
 * PostgreSQL's protocol in front of one PGlite: many clients, one session. Units of a client run whole; from BEGIN to
 * COMMIT only the client that began gets its turn, and one that goes away in between is rolled back.
 * @param keepHouse runs now and then, after a unit and outside any transaction.
 */
export function serveWire(db: PGlite, keepHouse: () => Promise<void>): Server {
  const waiting: Client[] = [];
  let owner: Client | null = null;
  let running = false;
  let idle: NodeJS.Timeout | undefined;
  let houseKept = Date.now();

  async function rollBack(): Promise<void> {
    owner = null;
    await db.exec('rollback');
  }

  function next(): Client | undefined {
    if (owner) return owner.units.length > 0 || owner.gone ? owner : undefined;
    return waiting.find((client) => client.units.length > 0);
  }

  async function runOne(client: Client): Promise<void> {
    if (client.gone) return rollBack();
    const unit = client.units.shift();
    if (!unit) return;
    // To the back of the line, so that a busy client does not starve the others.
    waiting.push(...waiting.splice(waiting.indexOf(client), 1));
    const answer = await db.execProtocolRaw(unit);
    const status = readyStatus(answer);
    owner = status === 'T' || status === 'E' ? client : null;
    if (client.socket.writable) client.socket.write(answer);
  }

  async function run(): Promise<void> {
    if (running) return;
    running = true;
    clearTimeout(idle);
    for (let client = next(); client; client = next()) {
      await runOne(client).catch(async (error: unknown) => {
        console.error('engine:', error);
        client.socket.destroy();
        await rollBack().catch(() => undefined);
      });
      if (!owner && Date.now() - houseKept > HOUSEKEEPING_MS) {
        houseKept = Date.now();
        await keepHouse().catch((error: unknown) => console.error('engine:', error));
      }
    }
    running = false;
    if (owner) idle = setTimeout(() => owner?.socket.destroy(), IDLE_IN_TRANSACTION_MS);
  }

  return createServer((socket) => {
    const client: Client = { socket, units: [], gone: false };
    const read = messageReader();
    waiting.push(client);
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      for (const unit of read(chunk)) {
        if (unit.kind === 'negotiate') socket.write('N');
        else if (unit.kind === 'end') socket.end();
        else client.units.push(unit.bytes);
      }
      void run();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      client.gone = true;
      client.units = [];
      waiting.splice(waiting.indexOf(client), 1);
      void run();
    });
  });
}
