import { existsSync } from 'node:fs';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono, type MiddlewareHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { secureHeaders } from 'hono/secure-headers';
import { compress } from 'hono/compress';
import type { Logger } from 'pino';
import { attachmentRoutes } from './api/attachments.ts';
import { apiRoutes, type ApiKeys } from './api/routes.ts';
import { docsPage } from './api/docs.ts';
import type { AttachmentStore } from './cases/index.ts';
import { isAborted } from './db/index.ts';
import { badRequest, HekanError } from './errors.ts';
import { liveRoutes, type LiveHub } from './live/index.ts';
import { routeClass, type Meters } from './metrics/index.ts';
import { ogcRoutes } from './ogc/index.ts';
import { open311Routes } from './open311/index.ts';
import type { Runtime } from './runtime.ts';
import { KnownTiles, tileRoutes, type TileParts, type TileService } from './tiles/index.ts';
import { signalRoutes } from './signals/index.ts';

export interface AppParts extends ApiKeys {
  runtime: Runtime;
  hub: LiveHub;
  tiles: TileService;
  meters: Meters;
  /** What /metrics answers with: this process' meters, or those of all of them. */
  metricsText?: () => Promise<string>;
  log: Logger;
  /** Folder of the built pages. */
  pages: string;
  publicUrl: string | undefined;
  /** Where photos and files of cases lie; without one there are none. */
  attachments?: AttachmentStore;
  /** Cache-Control of tiles. */
  tileCacheControl: string;
}

const packer = compress();
/** Only for clients that ask for it: hono's own packs for those that say nothing, too. */
const compressed: MiddlewareHandler = (c, next) => (c.req.header('accept-encoding') ? packer(c, next) : next());

const SELF = "'self'";

/** Pages may talk to this server only: a closed network stays closed. mapbox-gl makes its worker from a blob. */
const PAGE_HEADERS = {
  contentSecurityPolicy: {
    defaultSrc: [SELF],
    connectSrc: [SELF],
    imgSrc: [SELF, 'data:', 'blob:'],
    styleSrc: [SELF, "'unsafe-inline'"],
    scriptSrc: [SELF],
    workerSrc: [SELF, 'blob:'],
    childSrc: ['blob:'],
    objectSrc: ["'none'"],
    frameAncestors: [SELF],
  },
  xFrameOptions: false,
  crossOriginResourcePolicy: false,
};

/** Nobody reads it: nginx' number for a client that closed the connection. */
const CLIENT_GONE = 499;

function problem(error: unknown, log: Logger): Response {
  if (isAborted(error)) return new Response(null, { status: CLIENT_GONE });
  const known = error instanceof HekanError ? error : error instanceof HTTPException ? fromHono(error) : null;
  if (!known || known.status >= 500) log.error({ err: error }, 'request failed');
  const body = {
    type: `about:blank#${known?.code ?? 'internal'}`,
    title: (known?.code ?? 'internal').replaceAll('_', ' '),
    status: known?.status ?? 500,
    detail: known?.message ?? 'The server failed; its log says why.',
    field: known?.field,
    given: known?.given,
    allowed: known?.allowed,
  };
  const headers: Record<string, string> = { 'Content-Type': 'application/problem+json' };
  if (known?.retryAfterS !== undefined) headers['Retry-After'] = String(known.retryAfterS);
  return Response.json(body, { status: body.status, headers });
}

/** Hono's own complaints: a body that is no JSON. */
function fromHono({ status, message }: HTTPException): HekanError | null {
  return status < 500 ? new HekanError(status === 413 ? 'too_large' : 'bad_request', message, { field: 'body' }) : null;
}

function notFound(method: string, path: string): HekanError {
  const shown = path.length > 200 ? `${path.slice(0, 200)}…` : path;
  return method === 'GET' || method === 'HEAD'
    ? new HekanError('not_found', `there is nothing at ${shown}`, { field: 'path', given: shown })
    : new HekanError('method_not_allowed', `${method} is not possible at ${shown}`, { field: 'method', given: method });
}

/** The whole server as one function from request to response. */
export function createApp(parts: AppParts): Hono {
  const { runtime, hub, log, pages, publicUrl } = parts;
  const app = new Hono();
  app.onError((error) => problem(error, log));
  app.notFound((c) => problem(notFound(c.req.method, c.req.path), log));
  app.use(secureHeaders(PAGE_HEADERS));
  app.use('/api/*', async (c, next) => {
    // PostgreSQL's text has no NUL: better refused here than failing there.
    if (c.req.url.includes('%00')) throw badRequest('url', c.req.url, 'no NUL character');
    await next();
  });

  app.get('/health', (c) => c.json({ status: 'up' }));
  app.get('/ready', async (c) => {
    await runtime.db.query('select 1');
    const ready = runtime.cityOrNull()?.ready === true;
    return c.json({ status: ready ? 'ready' : 'no city yet' }, ready ? 200 : 503);
  });

  const metricsText = parts.metricsText ?? (() => parts.meters.text());
  app.get('/metrics', async (c) =>
    c.body(await metricsText(), 200, { 'Content-Type': parts.meters.registry.contentType }),
  );

  app.route('/api/live', liveRoutes(hub));
  const tileParts: TileParts = {
    service: parts.tiles,
    city: () => runtime.cityOrNull(),
    publicUrl,
    reach: (seq) => hub.reach(seq),
    cacheControl: parts.tileCacheControl,
  };
  app.use('/ogc/*', compressed);
  app.route('/ogc', ogcRoutes({ runtime, tiles: tileParts, publicUrl }));
  app.use('/open311/*', compressed);
  app.route(
    '/open311/v2',
    open311Routes(runtime, publicUrl, (error) => log.error({ err: error }, 'request failed')),
  );
  const api = apiRoutes(runtime, parts, (error) => log.error({ err: error }, 'behind an answer'));
  app.use('/api/*', compressed);
  app.use('/api/*', async (c, next) => {
    c.header('Cache-Control', 'no-store');
    await next();
  });
  if (parts.attachments)
    app.route('/api/cases/:id/attachments', attachmentRoutes(runtime, parts.attachments, parts.operatorToken));
  app.route('/api/signals', signalRoutes(runtime, parts.operatorToken));
  app.route('/api', api);
  app.get('/openapi.json', (c) => c.json(openApi(api)));
  app.get('/docs', (c) => c.html(docsPage(openApi(api))));
  if (existsSync(pages)) servePages(app, pages);
  const known = new KnownTiles(tileParts);
  countRequests(withTiles(app, tileParts, known, log), parts.meters);
  answerKnown(app, known, parts.meters);
  return app;
}

/**
 * Tiles are answered by an application of their own: one handler and no middleware. They set the few headers they need themselves.
 */
function withTiles(app: Hono, parts: TileParts, known: KnownTiles, log: Logger): Hono {
  const tileApp = new Hono();
  tileApp.onError((error) => problem(error, log));
  tileApp.notFound((c) => problem(notFound(c.req.method, c.req.path), log));
  tileApp.route('/tiles', tileRoutes(parts, known));
  const rest = app.fetch;
  app.fetch = (request, ...more) => (isTile(request.url) ? tileApp.fetch(request, ...more) : rest(request, ...more));
  return app;
}

/** Whether the path of a whole URL is /tiles or below it (/ogc/tiles is not). */
function isTile(url: string): boolean {
  const path = url.indexOf('/', url.indexOf('//') + 2);
  const next = url[path + '/tiles'.length];
  return url.startsWith('/tiles', path) && (next === undefined || next === '/' || next === '?');
}

/** Around everything, so that nothing is missed, and in no promise where the answer is in none. */
function countRequests(app: Hono, meters: Meters): void {
  const answer = app.fetch;
  const counted = (url: string, response: Response): Response => {
    meters.request(routeClass(url), response.status);
    return response;
  };
  app.fetch = (request, ...more) => {
    const response = answer(request, ...more);
    return response instanceof Promise
      ? response.then((settled) => counted(request.url, settled))
      : counted(request.url, response);
  };
}

/** In front of everything: tiles that are known and cached. */
function answerKnown(app: Hono, known: KnownTiles, meters: Meters): void {
  const rest = app.fetch;
  app.fetch = (request, env, ...more) => {
    const response = known.answer(env);
    if (!response) return rest(request, env, ...more);
    meters.request('tiles', response.status);
    return response;
  };
}

function openApi(api: ReturnType<typeof apiRoutes>) {
  const document = api.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Hekan 鹤瞰',
      version: '1',
      description: 'Figures, cases and tiles of one city. Errors are problem+json.',
    },
    servers: [{ url: '/api' }],
  });
  return document;
}

/** Built pages: hashed assets keep for a year, pages are asked for each time. */
function servePages(app: Hono, pages: string): void {
  app.use('/assets/*', async (c, next) => {
    await next();
    if (c.res.status === 200) c.header('Cache-Control', 'public, max-age=31536000, immutable');
  });
  app.use('/assets/*', compressed);
  app.use(
    '*',
    serveStatic({
      root: pages,
      rewriteRequestPath: (path) => (/^\/(wall|desk)$/.test(path) ? `${path}/index.html` : path),
      onFound: (_path, c) => {
        if (!c.req.path.startsWith('/assets/')) c.header('Cache-Control', 'no-cache');
      },
    }),
  );
}
