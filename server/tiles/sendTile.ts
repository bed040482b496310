import type { IncomingMessage } from 'node:http';
import type { Context } from 'hono';
import { badRequest } from '../errors.ts';
import { encoded, readyForm, type Encoding } from './cache.ts';
import type { KnownTiles } from './knownTiles.ts';
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
 * @param known where what was asked for is remembered.
 */
export function sendTile(
  c: Context,
  answers: TileAnswers,
  { layer, z, x, y }: TileAddress,
  known?: KnownTiles,
): Response | Promise<Response> {
  const asked = c.req.url.includes('?') ? c.req.query() : NO_FILTERS;
  const { since, ...filters } = asked;
  const answer = () => {
    const request = answers.service.plan(layer, z, x, y, filters);
    if (since === undefined) known?.remember(c, request);
    return answerTile(c, answers, request);
  };
  return since === undefined ? answer() : answers.reach(parseSeq(since)).then(answer);
}

function answerTile(
  c: Context,
  { service, cacheControl }: TileAnswers,
  request: TileRequest,
): Response | Promise<Response> {
  const encoding = chooseEncoding(headerOf(c, 'accept-encoding'));
  return (
    answerCached(service, cacheControl, request, encoding, headerOf(c, 'if-none-match')) ??
    makeTile(c, service, request, encoding, { ...common(request.etag, cacheControl), 'X-Cache': 'miss' })
  );
}

const common = (etag: string, cacheControl: string): Record<string, string> => ({
  ETag: etag,
  'Cache-Control': cacheControl,
  Vary: 'Accept-Encoding',
  'X-Content-Type-Options': 'nosniff',
});

/** The answer that needs neither the database nor a compression; undefined where there is none. */
export function answerCached(
  service: TileService,
  cacheControl: string,
  request: TileRequest,
  encoding: Encoding,
  ifNoneMatch: string | undefined,
): Response | undefined {
  const { etag } = request;
  if (matchesEtag(ifNoneMatch, etag)) return new Response(null, { status: 304, headers: common(etag, cacheControl) });
  const tile = service.peek(request);
  const body = tile && readyForm(tile, encoding);
  if (!body) return undefined;
  tile.headers ??= {};
  const headers = (tile.headers[encoding] ??= headersOf(body, encoding, {
    ...common(etag, cacheControl),
    'X-Cache': 'hit',
  }));
  return send(body, headers);
}

async function makeTile(
  c: Context,
  service: TileService,
  request: TileRequest,
  encoding: Encoding,
  headers: Record<string, string>,
): Promise<Response> {
  // Only now: asking a request for its signal makes a whole Request of it.
  const body = await encoded(await service.make(request, c.req.raw.signal), encoding);
  return send(body, headersOf(body, encoding, headers));
}

function headersOf(body: Uint8Array, encoding: Encoding, headers: Record<string, string>): Record<string, string> {
  if (body.length === 0) return headers;
  return {
    ...headers,
    'Content-Type': TYPE,
    ...(encoding === 'identity' ? {} : { 'Content-Encoding': encoding }),
    'Content-Length': String(body.length),
  };
}

/** A Response made of a plain object: under Node its headers go out as they are, without becoming a Headers in between. */
function send(body: Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>>): Response {
  return body.length === 0 ? new Response(null, { status: 204, headers }) : new Response(body, { headers });
}
