import { Hono, type MiddlewareHandler } from 'hono';
import { checkToken } from '../api/token.ts';
import { badRequest, HekanError } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import { Allowance } from './allowance.ts';
import { checkAuth, isBearer } from './auth.ts';
import { readBody, readRequest } from './bodies.ts';
import { openBody, takeCsv, type OpenBody } from './csvStream.ts';
import { conflictRoutes } from './federated/index.ts';
import { toIncoming } from './incoming.ts';
import { inTurn } from './inTurn.ts';
import { decodeText, parseJson } from './json.ts';
import { readLinks } from './links.ts';
import { readOutlet, type Outlet } from './outlet.ts';
import { listWaiting, mendSignal, parseLimit, readHealth } from './queue.ts';
import { ReceiptDesk } from './receipts.ts';
import { readRejects } from './rejects.ts';
import { keepBytes, readRequestOf } from './requests.ts';

const MAX_MEND_BYTES = 20_000;
const OUTLET_KEPT_MS = 1000;

/** The body of a request of who may send it: whole; or, of CSV that is too long for that, as a stream. What is signed can only be checked
 * when it is all there. @throws HekanError: unauthorized; too_large. */
async function openRequest(outlet: Outlet, request: Request, now: Date): Promise<OpenBody> {
  const { auth, maxBytes } = outlet.config;
  const { headers } = request;
  const length = headers.get('content-length');
  const csv = outlet.kind === 'hotline' && /^text\/csv\b/i.test(headers.get('content-type') ?? '');
  if (csv && auth.kind !== 'hmac' && (length === null || Number(length) > maxBytes)) {
    checkAuth(auth, headers, new Uint8Array(), now);
    return openBody(request, maxBytes);
  }
  const body = await readRequest(request, maxBytes);
  checkAuth(auth, headers, body, now);
  return { body };
}

/** /api/signals: the strip itself, the operators' queue and the outlets' health. */
export function signalRoutes(runtime: Runtime, token: string | undefined): Hono {
  const { db } = runtime;
  const desk = new ReceiptDesk(db);
  const allowance = new Allowance();
  const kept = new Map<string, { outlet: Outlet; at: number }>();
  const app = new Hono();

  async function outletOf(key: string): Promise<Outlet> {
    const known = kept.get(key);
    if (known && performance.now() - known.at < OUTLET_KEPT_MS) return known.outlet;
    const outlet = await readOutlet(db, key);
    kept.set(key, { outlet, at: performance.now() });
    return outlet;
  }

  const guarded: MiddlewareHandler = (c, next) => {
    checkToken(c.req.header('authorization'), token);
    return next();
  };
  for (const path of ['/health', '/waiting', '/:outlet/:externalId/mend', '/:outlet/:externalId/request'])
    app.use(path, guarded);
  app.route('/conflicts', conflictRoutes(runtime, token));
  app.get('/health', async (c) => {
    const [health, links] = [await readHealth(db, new Date()), await readLinks(db)];
    return c.json({ items: health.map((one) => ({ ...one, ...links.get(one.outlet) })) });
  });
  app.get('/waiting', async (c) => c.json({ items: await listWaiting(db, parseLimit(c.req.query('limit'))) }));
  app.post('/:outlet', async (c) => {
    const outlet = await outletOf(c.req.param('outlet'));
    if (!outlet.enabled)
      throw new HekanError('conflict', `outlet ${outlet.key} is not enabled`, { field: 'outlet', given: outlet.key });
    if (outlet.kind === 'mqtt')
      throw new HekanError('conflict', `outlet ${outlet.key} listens to MQTT`, { field: 'outlet', given: outlet.key });
    const now = new Date();
    const opened = await openRequest(outlet, c.req.raw, now);
    if ('pieces' in opened) {
      allowance.take(outlet, 1);
      const contentType = c.req.header('content-type') ?? '';
      const { request, ...counts } = await takeCsv(db, desk, outlet, { contentType, pieces: opened.pieces }, now);
      const rejects = counts.rejected > 0 ? `/api/signals/${outlet.key}/requests/${request}/rejects` : null;
      return c.json({ request, ...counts, rejects }, 202);
    }
    const { body } = opened;
    const items = await readBody(outlet, c.req.raw.headers, body);
    if (items.length === 0) throw badRequest('body', '', 'at least one signal');
    allowance.take(outlet, items.length);
    const incoming = await inTurn(items, (item) => toIncoming(outlet, item, now));
    const { signals, part } = keepBytes(outlet, c.req.header('content-type') ?? '', body, items, incoming);
    const receipts = await desk.store(signals, part);
    return c.json({ receipts }, 202);
  });
  app.get('/:outlet/:externalId/request', async (c) => {
    const { id } = await outletOf(c.req.param('outlet'));
    const { contentType, parts } = await readRequestOf(db, id, c.req.param('externalId'));
    // As bytes, whatever it says it is: it is somebody else's.
    const headers = { 'Content-Type': 'application/octet-stream', 'Content-Disposition': 'attachment' };
    return c.body(ReadableStream.from(parts), 200, { ...headers, 'X-Hekan-Content-Type': contentType });
  });
  app.get('/:outlet/requests/:request/rejects', async (c) => {
    const { id, config } = await outletOf(c.req.param('outlet'));
    const authorization = c.req.header('authorization');
    if (config.auth.kind !== 'bearer' || !isBearer(config.auth, authorization)) checkToken(authorization, token);
    return c.body(await readRejects(db, id, c.req.param('request')), 200, {
      'Content-Type': 'text/csv; charset=utf-8',
    });
  });
  app.post('/:outlet/:externalId/mend', async (c) => {
    const { id } = await outletOf(c.req.param('outlet'));
    const body = await readRequest(c.req.raw, MAX_MEND_BYTES);
    const given = body.length === 0 ? {} : parseJson(decodeText(body, c.req.header('content-type') ?? ''));
    await mendSignal(db, id, c.req.param('externalId'), given);
    return c.json({ state: 'received' }, 202);
  });
  return app;
}
