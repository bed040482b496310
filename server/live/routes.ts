import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { tileOfCode } from '../../tiles/codes.ts';
import { badRequest } from '../errors.ts';
import type { Heard, LiveHub } from './hub.ts';

/** A proxy closes what is silent for a minute; pages notice a dead line by it. An event, because scripts see no comments. */
const HEARTBEAT_MS = 15_000;
/** Browsers come back after this long. */
const RETRY_MS = 2000;

function parseSince(text: string | undefined, field: string): number | null {
  if (text === undefined || text === '') return null;
  if (!/^\d{1,15}$/.test(text)) throw badRequest(field, text, 'the seq of an event');
  return Number(text);
}

function toMessage(heard: Heard): { event: string; data: string; id: string } {
  if (heard.kind === 'reset') {
    return { event: 'reset', data: JSON.stringify({ seq: heard.seq }), id: String(heard.seq) };
  }
  const { seq, topic, body, layers, dirty } = heard.event;
  // The tiles that together hold all that changed; null: everywhere.
  const tiles = dirty?.map(tileOfCode).map(({ z, x, y }) => [z, x, y]) ?? null;
  return { event: topic, data: JSON.stringify({ seq, ...body, layers, tiles }), id: String(seq) };
}

/** /api/live: server-sent events, resumable by Last-Event-ID or ?since=. */
export function liveRoutes(hub: LiveHub): Hono {
  const app = new Hono();
  app.get('/', (c) => {
    const since =
      parseSince(c.req.header('last-event-id'), 'Last-Event-ID') ?? parseSince(c.req.query('since'), 'since');
    c.header('X-Accel-Buffering', 'no');
    return streamSSE(c, async (stream) => {
      const ending = new AbortController();
      stream.onAbort(() => ending.abort());
      await stream.write(`retry: ${RETRY_MS}\n\n`);
      const beat = setInterval(
        () => void stream.write('event: ping\ndata: {}\n\n').catch(() => ending.abort()),
        HEARTBEAT_MS,
      );
      try {
        for await (const heard of hub.listen(since, ending.signal)) await stream.writeSSE(toMessage(heard));
      } finally {
        clearInterval(beat);
      }
    });
  });
  return app;
}
