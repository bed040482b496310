import { Hono, type MiddlewareHandler } from 'hono';
import { checkToken } from '../api/token.ts';
import { badRequest, HekanError } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import { Allowance } from './allowance.ts';
import { checkAuth } from './auth.ts';
import { readBody, readRequest } from './bodies.ts';
import { conflictRoutes } from './federated/index.ts';
import { toIncoming } from './incoming.ts';
import { decodeText, parseJson } from './json.ts';
import { readLinks } from './links.ts';
import { readOutlet, type Outlet } from './outlet.ts';
import { listWaiting, mendSignal, parseLimit, readHealth } from './queue.ts';
import { ReceiptDesk } from './receipts.ts';

const MAX_MEND_BYTES = 20_000;
const OUTLET_KEPT_MS = 1000;

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
  for (const path of ['/health', '/waiting', '/:outlet/:externalId/mend']) app.use(path, guarded);
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
    const body = await readRequest(c.req.raw, outlet.config.maxBytes);
    checkAuth(outlet.config.auth, c.req.raw.headers, body, now);
    const items = await readBody(outlet, c.req.raw.headers, body);
    if (items.length === 0) throw badRequest('body', '', 'at least one signal');
    allowance.take(outlet, items.length);
    const receipts = await desk.store(await Promise.all(items.map((item) => toIncoming(outlet, item, now))));
    return c.json({ receipts }, 202);
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
