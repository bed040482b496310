import type { IncomingMessage } from 'node:http';
import type { Context } from 'hono';
import { badRequest } from '../errors.ts';
import { encoded, readyForm, type CachedTile, type Encoding } from './cache.ts';
import { chooseEncoding, matchesEtag } from './negotiate.ts';
import type { TileRequest, TileService } from './service.ts';

const TYPE = 'application/vnd.mapbox-vector-tile';
const NO_FILTERS: Record<string, string> = {};

export interface TileAnswers {
  service: TileService;
  /** Resolves when this process knows of every change up to a seq that there is. */
  reach: (seq: number) => Promise<void>;
  /** For tiles: whether a shared cache may keep them. */
  cacheControl: string;
}

/** A tile as the URL names it, its parts not checked yet. */
export interface TileAddress {
  layer: string;
  z: string;
  x: string;
  y: string;
}

/** A request's header. Under Node it is read where Node keeps it: asking Hono would build a Headers of all of them. */
function headerOf(c: Context, name: 'if-none-match' | 'accept-encoding'): string | undefined {
  const { incoming } = (c.env ?? {}) as { incoming?: IncomingMessage };
  if (!incoming) return c.req.header(name);
  const value = incoming.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** ?since=seq: what the reader has heard of must be in the tile. */
function parseSeq(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw badRequest('since', text, 'the seq of an event');
  return Number(text);
}

/**
 * Answers with a tile: 304 from the versions alone, 200 or 204 from the cache or made. What is in the cache is answered at once, not
 * in a promise: that is a third of what a cached tile costs.
 */
export function sendTile(c: Context, answers: TileAnswers, address: TileAddress): Response | Promise<Response> {
  const asked = c.req.url.includes('?') ? c.req.query() : NO_FILTERS;
  const { since, ...filters } = asked;
  if (since === undefined) return answer(c, answers, address, filters);
  return answers.reach(parseSeq(since)).then(() => answer(c, answers, address, filters));
}

function answer(
  c: Context,
  { service, cacheControl }: TileAnswers,
  { layer, z, x, y }: TileAddress,
  filters: Record<string, string>,
): Response | Promise<Response> {
  const request = service.plan(layer, z, x, y, filters);
  const headers: Record<string, string> = {
    ETag: request.etag,
    'Cache-Control': cacheControl,
    Vary: 'Accept-Encoding',
    'X-Content-Type-Options': 'nosniff',
  };
  if (matchesEtag(headerOf(c, 'if-none-match'), request.etag)) return new Response(null, { status: 304, headers });
  const encoding = chooseEncoding(headerOf(c, 'accept-encoding'));
  const cached = service.peek(request);
  headers['X-Cache'] = cached ? 'hit' : 'miss';
  if (!cached) return makeTile(c, service, request, encoding, headers);
  const ready = readyForm(cached, encoding);
  return ready ? send(ready, encoding, headers) : sendEncoded(cached, encoding, headers);
}

async function makeTile(
  c: Context,
  service: TileService,
  request: TileRequest,
  encoding: Encoding,
  headers: Record<string, string>,
): Promise<Response> {
  // Only now: asking a request for its signal makes a whole Request of it.
  return sendEncoded(await service.make(request, c.req.raw.signal), encoding, headers);
}

async function sendEncoded(tile: CachedTile, encoding: Encoding, headers: Record<string, string>): Promise<Response> {
  return send(await encoded(tile, encoding), encoding, headers);
}

/** A Response made of a plain object: under Node its headers go out as they are, without becoming a Headers in between. */
function send(body: Uint8Array<ArrayBuffer>, encoding: Encoding, headers: Record<string, string>): Response {
  if (body.length === 0) return new Response(null, { status: 204, headers });
  headers['Content-Type'] = TYPE;
  if (encoding !== 'identity') headers['Content-Encoding'] = encoding;
  return new Response(body, { headers });
}
