/**
 * The embedded engine: PGlite with its PostGIS, alone in a process of its own. It takes an exclusive lock before it opens
 * the folder, so that two processes never do; serves PostgreSQL's protocol on a Unix socket; and lives as long as somebody
 * holds a lease, which is a connection to the control socket. Over the same connections go the notices that NOTIFY would carry.
 *
 *     node engine.ts FOLDER      exit 0: nobody needs it any more · 3: another process holds the folder
 */
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { PGlite } from '@electric-sql/pglite';
import { postgis } from '@electric-sql/pglite-postgis';
import { enginePaths, EXIT_LOCKED } from './paths.ts';
import { takeLock } from './lock.ts';
import { serveWire } from './wire.ts';

/** Long enough for a command to follow a command, short enough that nobody waits for the memory. */
const IDLE_MS = 3000;
const FIRST_LEASE_MS = 20_000;
const CHECKPOINT_BYTES = 64e6;
/** It takes a second or two, in which everybody waits. */
const VACUUM_MS = 4 * 3_600_000;
/** A small log: nobody replicates from here, and a folder of a gigabyte is a surprise. */
const SETTINGS = [
  'max_wal_size=96MB',
  'min_wal_size=32MB',
  'wal_level=minimal',
  'max_wal_senders=0',
  'jit=off',
  'work_mem=16MB',
];
const START_PARAMS = [...PGlite.defaultStartParams, ...SETTINGS.flatMap((setting) => ['-c', setting])];

const paths = enginePaths(process.argv[2] ?? '.hekan');
const leases = new Set<Socket>();
let leaving: NodeJS.Timeout | undefined;
let stop: () => Promise<void> = async () => process.exit(0);

function leaveAfter(ms: number): void {
  clearTimeout(leaving);
  leaving = setTimeout(() => void stop(), ms);
}

/** A lease: kept while the connection is. Every line it sends goes to all the others. */
function serveLease(socket: Socket): void {
  leases.add(socket);
  clearTimeout(leaving);
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) for (const other of leases) if (other !== socket) other.write(`${line}\n`);
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    leases.delete(socket);
    if (leases.size === 0) leaveAfter(IDLE_MS);
  });
}

/**
 * A lone backend makes no checkpoints by itself and has no autovacuum: its log and its tables would grow until it ends, for
 * weeks. A checkpoint is made when there is more than CHECKPOINT_BYTES of log, a vacuum every VACUUM_MS.
 */
async function housekeeper(db: PGlite): Promise<() => Promise<void>> {
  const position = async () => {
    const { rows } = await db.query<{ at: number }>(`select (pg_current_wal_insert_lsn() - '0/0')::float8 as at`);
    return rows[0]?.at ?? 0;
  };
  let last = await position();
  let vacuumed = Date.now();
  return async () => {
    if (Date.now() - vacuumed > VACUUM_MS) {
      vacuumed = Date.now();
      await db.exec('vacuum');
    }
    const now = await position();
    if (now - last < CHECKPOINT_BYTES) return;
    await db.exec('checkpoint');
    last = now;
  };
}

async function open(): Promise<void> {
  mkdirSync(paths.sockets, { recursive: true, mode: 0o700 });
  chmodSync(paths.sockets, 0o700);
  if (!takeLock(paths.lock)) process.exit(EXIT_LOCKED);
  rmSync(paths.database, { force: true });
  rmSync(paths.control, { force: true });
  process.send?.('opening');
  const db = await PGlite.create(paths.data, { extensions: { postgis }, startParams: START_PARAMS });
  await db.exec('create extension if not exists postgis');
  const wire = serveWire(db, await housekeeper(db));
  const control = createServer(serveLease);
  stop = async () => {
    control.close();
    wire.close();
    await db.close();
    process.exit(0);
  };
  leaveAfter(FIRST_LEASE_MS);
  wire.listen(paths.database, () => control.listen(paths.control, () => process.send?.('ready')));
}

process.on('SIGTERM', () => void stop());
/** Ctrl-C reaches the whole group: the server says goodbye first, and the engine goes when its lease does. */
process.on('SIGINT', () => undefined);
process.on('disconnect', () => undefined);
await open();
