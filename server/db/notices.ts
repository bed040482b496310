import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import pg from 'pg';

/** Short messages between the processes of one city: "seq 120 is out". They may be lost; who needs all reads the table. */
export interface Notices {
  publish(topic: string, body: string): Promise<void>;
  /** @returns a function that ends the subscription. */
  subscribe(topic: string, hear: (body: string) => void): () => void;
}

function emitterNotices(send: (topic: string, body: string) => Promise<void>) {
  const emitter = new EventEmitter();
  emitter.setMaxListeners(0);
  const notices: Notices = {
    publish: send,
    subscribe(topic, hear) {
      emitter.on(topic, hear);
      return () => emitter.off(topic, hear);
    },
  };
  return { notices, emitter };
}

/** Over the embedded engine's control socket; the engine passes every line on to the others, we tell ourselves. */
export function socketNotices(socket: () => Socket): { notices: Notices; hear: (line: string) => void } {
  const { notices, emitter } = emitterNotices(async (topic, body) => {
    socket().write(`${JSON.stringify([topic, body])}\n`);
    emitter.emit(topic, body);
  });
  const hear = (line: string) => {
    const [topic, body] = JSON.parse(line) as [string, string];
    emitter.emit(topic, body);
  };
  return { notices, hear };
}

const CHANNEL = 'hekan';
const RETRY_MS = 1000;

/** Over PostgreSQL's LISTEN and NOTIFY, on a connection of its own that is made again when it breaks. */
export async function listenNotices(pool: pg.Pool): Promise<{ notices: Notices; close: () => Promise<void> }> {
  const { notices, emitter } = emitterNotices(async (topic, body) => {
    await pool.query('select pg_notify($1::text, $2::text)', [CHANNEL, JSON.stringify([topic, body])]);
  });
  let closed = false;
  let client: pg.Client | undefined;
  async function listen(): Promise<void> {
    client = new pg.Client(pool.options);
    client.on('notification', ({ payload }) => {
      const [topic, body] = JSON.parse(payload ?? '[]') as [string, string];
      emitter.emit(topic, body);
    });
    client.on('error', () => undefined);
    client.on('end', () => {
      if (!closed) setTimeout(() => void listen().catch(() => undefined), RETRY_MS);
    });
    await client.connect();
    await client.query(`listen ${CHANNEL}`);
  }
  await listen();
  return {
    notices,
    async close() {
      closed = true;
      await client?.end();
    },
  };
}
