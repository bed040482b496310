import { Hono } from 'hono';
import type { City } from '../city/index.ts';
import type { TileLayer } from './layers.ts';
import type { KnownTiles } from './knownTiles.ts';
import { sendTile, type TileAnswers } from './sendTile.ts';

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

export interface TileParts extends TileAnswers {
  city: () => City | null;
  /** Where the city stands for the outside; else the request's own address. */
  publicUrl: string | undefined;
}

/** /tiles/{layer}.json and /tiles/{layer}/{z}/{x}/{y}.mvt */
export function tileRoutes(parts: TileParts, known: KnownTiles): Hono {
  const { service, city, publicUrl } = parts;
  const app = new Hono();
  app.get('/', (c) => {
    const origin = publicUrl ?? new URL(c.req.url).origin;
    return c.json(
      service.layers.map((layer) => ({ name: layer.name, tilejson: `${origin}/tiles/${layer.name}.json` })),
    );
  });
  app.get('/:layer/:z/:x/:file', (c) => {
    const { layer, z, x, file } = c.req.param();
    const y = file.endsWith('.mvt') ? file.slice(0, -4) : `${file} (without .mvt)`;
    return sendTile(c, parts, { layer, z, x, y }, known);
  });
  app.get('/:file{.+\\.json}', (c) => {
    const layer = service.layer(c.req.param('file').slice(0, -5));
    return c.json(tileJson(layer, city(), publicUrl ?? new URL(c.req.url).origin));
  });
  return app;
}
