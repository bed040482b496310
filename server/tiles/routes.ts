import { Hono } from 'hono';
import type { Context } from 'hono';
import type { City } from '../city/index.ts';
import { badRequest } from '../errors.ts';
import { encoded, type Encoding } from './cache.ts';
import type { TileLayer } from './layers.ts';
import type { TileService } from './service.ts';

const TYPE = 'application/vnd.mapbox-vector-tile';

/** The best of what the client takes: brotli, gzip, or neither. Source: RFC 9110, 12.5.3. */
export function chooseEncoding(header: string | undefined): Encoding {
  const accepted = new Map(
    (header ?? '').split(',').map((part) => {
      const [name = '', ...params] = part.trim().toLowerCase().split(';');
      const q = params.map((p) => /^\s*q=([\d.]+)\s*$/.exec(p)?.[1]).find((value) => value !== undefined);
      return [name.trim(), q === undefined ? 1 : Number(q)] as const;
    }),
  );
  const takes = (name: string) => (accepted.get(name) ?? accepted.get('*') ?? 0) > 0;
  return takes('br') ? 'br' : takes('gzip') ? 'gzip' : 'identity';
}

/** RFC 9110, 13.1.2: weak comparison, any of a list, or *. */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const bare = (text: string) => text.trim().replace(/^W\//, '');
  return header.trim() === '*' || header.split(',').some((one) => bare(one) === bare(etag));
}

function tileJson(layer: TileLayer, city: City | null, origin: string) {
  const bounds = city?.extent ?? [-180, -85.0511287798066, 180, 85.0511287798066];
  const [west, south, east, north] = bounds;
  const demo = city?.kind === 'demo' ? ' · 演示数据 / demonstration data' : '';
  return {
    tilejson: '3.0.0',
    name: `${city?.nameZh ?? 'Hekan'} ${layer.name}${demo}`,
    attribution: `${city?.nameZh ?? 'Hekan 鹤瞰'}${demo}`,
    scheme: 'xyz',
    tiles: [`${origin}/tiles/${layer.name}/{z}/{x}/{y}.mvt`],
    minzoom: layer.minZoom,
    maxzoom: layer.maxZoom,
    bounds,
    center: [(west + east) / 2, (south + north) / 2, Math.max(layer.minZoom, 8)],
    vector_layers: layer.vectorLayers,
  };
}

async function sendTile(c: Context, { service, reach, cacheControl }: TileParts): Promise<Response> {
  const { layer = '', z = '', x = '', file = '' } = c.req.param() as Record<string, string>;
  const y = file.endsWith('.mvt') ? file.slice(0, -4) : `${file} (without .mvt)`;
  const { since, ...filters } = c.req.query();
  if (since !== undefined) await reach(parseSeq(since));
  const request = service.plan(layer, z, x, y, filters);
  const headers = {
    ETag: request.etag,
    'Cache-Control': cacheControl,
    Vary: 'Accept-Encoding',
    'X-Content-Type-Options': 'nosniff',
  };
  if (matchesEtag(c.req.header('if-none-match'), request.etag)) return c.body(null, 304, headers);
  const { tile } = await service.get(request, () => c.req.raw.signal);
  if (tile.raw.length === 0) return c.body(null, 204, headers);
  const encoding = chooseEncoding(c.req.header('accept-encoding'));
  const body = await encoded(tile, encoding);
  const encodingHeader: Record<string, string> = encoding === 'identity' ? {} : { 'Content-Encoding': encoding };
  return c.body(body, 200, { ...headers, ...encodingHeader, 'Content-Type': TYPE });
}

/** ?since=seq: what the reader has heard of must be in the tile. */
function parseSeq(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw badRequest('since', text, 'the seq of an event');
  return Number(text);
}

export interface TileParts {
  service: TileService;
  city: () => City | null;
  /** Where the city stands for the outside; else the request's own address. */
  publicUrl: string | undefined;
  /** Resolves when this process knows of every change up to a seq that there is. */
  reach: (seq: number) => Promise<void>;
  /** For tiles: whether a shared cache may keep them. */
  cacheControl: string;
}

/** /tiles/{layer}.json and /tiles/{layer}/{z}/{x}/{y}.mvt */
export function tileRoutes(parts: TileParts): Hono {
  const { service, city, publicUrl } = parts;
  const app = new Hono();
  app.get('/', (c) => {
    const origin = publicUrl ?? new URL(c.req.url).origin;
    return c.json(
      service.layers.map((layer) => ({ name: layer.name, tilejson: `${origin}/tiles/${layer.name}.json` })),
    );
  });
  app.get('/:layer/:z/:x/:file', (c) => sendTile(c, parts));
  app.get('/:file{.+\\.json}', (c) => {
    const layer = service.layer(c.req.param('file').slice(0, -5));
    return c.json(tileJson(layer, city(), publicUrl ?? new URL(c.req.url).origin));
  });
  return app;
}
