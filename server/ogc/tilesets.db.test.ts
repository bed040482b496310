import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadSmallCity, openApp, type TestApp } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';

interface Link {
  href: string;
  rel: string;
  type?: string;
  templated?: boolean;
}
interface Tileset {
  title: string;
  dataType: string;
  crs: string;
  tileMatrixSetURI: string;
  links: Link[];
}
interface Whole extends Tileset {
  tileMatrixSetLimits: { tileMatrix: string; maxTileRow: number }[];
  layers: { id: string; propertiesSchema: { properties: object } }[];
}

const LAYERS = ['divisions', 'grids', 'base', 'density', 'places', 'components', 'cases'];
const SCHEME = 'http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme';
const TILESETS = 'http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector';
/** One tile a layer that is not empty; the demonstration has no components. */
const TILES: Record<string, [z: number, x: number, y: number]> = {
  divisions: [6, 54, 22],
  grids: [13, 6915, 2870],
  base: [7, 108, 44],
  density: [8, 216, 89],
  places: [14, 13831, 5742],
  components: [14, 13831, 5742],
  cases: [7, 108, 44],
};

describeOnEngines('OGC API – Tiles', (database) => {
  let app: TestApp;
  beforeAll(async () => {
    await loadSmallCity(database());
    app = await openApp(database());
  });
  afterAll(() => app.close());
  const local = (href: string) => href.replace('http://localhost', '');
  const linkOf = (links: Link[], rel: string) => links.find((link) => link.rel === rel)!;

  it('/req/dataset-tilesets/landingpage, /req/tilesets-list/tileset-links: from the landing page to the tilesets of all layers', async () => {
    const { links } = await app.json<{ links: Link[] }>('/ogc');
    const { tilesets } = await app.json<{ tilesets: Tileset[] }>(local(linkOf(links, TILESETS).href));
    expect(tilesets.map(({ title }) => title)).toEqual(LAYERS);
    for (const { links: own, ...tileset } of tilesets) {
      expect(tileset).toMatchObject({
        dataType: 'vector',
        crs: 'http://www.opengis.net/def/crs/EPSG/0/3857',
        tileMatrixSetURI: 'http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad',
      });
      expect(linkOf(own, SCHEME).href).toBe('http://localhost/ogc/tileMatrixSets/WebMercatorQuad');
      expect(await app.json(local(linkOf(own, 'self').href))).toMatchObject(tileset);
    }
  });

  it('/req/geodata-tilesets/desc-links, /req/geodata-tilesets/operation: from a collection to its tilesets', async () => {
    for (const id of LAYERS) {
      const { links } = await app.json<{ links: Link[] }>(`/ogc/collections/${id}`);
      const { tilesets } = await app.json<{ tilesets: Tileset[] }>(local(linkOf(links, TILESETS).href));
      expect(tilesets.map(({ title }) => title)).toEqual([id]);
    }
  });

  it('/req/tileset/description: a template to the tiles, the zooms there are, and fields', async () => {
    for (const id of LAYERS) {
      const tileset = await app.json<Whole>(`/ogc/collections/${id}/tiles/WebMercatorQuad`);
      const item = linkOf(tileset.links, 'item');
      expect(item).toMatchObject({ type: 'application/vnd.mapbox-vector-tile', templated: true });
      const { minzoom, maxzoom, vector_layers } = await app.json<{
        minzoom: number;
        maxzoom: number;
        vector_layers: { id: string; fields: object }[];
      }>(`/tiles/${id}.json`);
      const zooms = tileset.tileMatrixSetLimits.map(({ tileMatrix }) => Number(tileMatrix));
      expect([zooms[0], zooms.at(-1), zooms.length]).toEqual([minzoom, maxzoom, maxzoom - minzoom + 1]);
      expect(tileset.layers.map((layer) => [layer.id, Object.keys(layer.propertiesSchema.properties)])).toEqual(
        vector_layers.map((layer) => [layer.id, Object.keys(layer.fields)]),
      );
    }
  });

  it('/req/core/tc-success: the bytes, the ETag and the 304 of /tiles, found by the template', async () => {
    for (const id of LAYERS) {
      const { links } = await app.json<Whole>(`/ogc/collections/${id}/tiles/WebMercatorQuad`);
      const [z, x, y] = TILES[id]!;
      const path = local(linkOf(links, 'item').href)
        .replace('{tileMatrix}', String(z))
        .replace('{tileRow}', String(y))
        .replace('{tileCol}', String(x));
      for (const headers of [{}, { 'Accept-Encoding': 'gzip' }]) {
        const ogc = await app.app.request(path, { headers });
        const own = await app.app.request(`/tiles/${id}/${z}/${x}/${y}.mvt`, { headers });
        const status = id === 'components' ? 204 : 200;
        expect([id, ogc.status, own.status]).toEqual([id, status, status]);
        if (status === 204) continue;
        for (const name of ['etag', 'content-type', 'content-encoding', 'cache-control'])
          expect(ogc.headers.get(name)).toBe(own.headers.get(name));
        expect(new Uint8Array(await ogc.arrayBuffer())).toEqual(new Uint8Array(await own.arrayBuffer()));
        const again = await app.app.request(path, { headers: { 'If-None-Match': own.headers.get('etag')! } });
        expect(again.status).toBe(304);
        expect(ogc.headers.get('access-control-expose-headers')).toContain('ETag');
      }
    }
    const filtered = await app.app.request('/ogc/collections/cases/tiles/WebMercatorQuad/7/44/108?status=closed');
    const same = await app.app.request('/tiles/cases/7/108/44.mvt?status=closed');
    expect(await filtered.text()).toBe(await same.text());
  });

  it('/req/core/tc-error: 400 off the grid or off the zooms, 204 where nothing is, 404 for what is not there', async () => {
    for (const [path, status] of [
      ['density/tiles/WebMercatorQuad/1/2/0', 400],
      ['density/tiles/WebMercatorQuad/1/0/2', 400],
      ['density/tiles/WebMercatorQuad/15/0/0', 400],
      ['places/tiles/WebMercatorQuad/13/0/0', 400],
      ['density/tiles/WebMercatorQuad/a/0/0', 400],
      ['density/tiles/WebMercatorQuad/01/0/0', 400],
      ['density/tiles/WebMercatorQuad/1/0/0?x=1', 400],
      ['density/tiles/WebMercatorQuad/8/0/0', 204],
      ['density/tiles/WorldCRS84Quad', 404],
      ['density/tiles/WorldCRS84Quad/1/0/0', 404],
      ['nothing/tiles', 404],
      ['nothing/tiles/WebMercatorQuad/0/0/0', 404],
    ] as const) {
      const response = await app.app.request(`/ogc/collections/${path}`);
      expect({ path, status: response.status }).toEqual({ path, status });
      if (status >= 400) expect(response.headers.get('content-type')).toBe('application/problem+json');
    }
  });

  it('17-083r4, annex D: WebMercatorQuad as registered', async () => {
    const { tileMatrixSets } = await app.json<{ tileMatrixSets: { id: string; links: Link[] }[] }>(
      '/ogc/tileMatrixSets',
    );
    expect(tileMatrixSets.map(({ id }) => id)).toEqual(['WebMercatorQuad']);
    const set = await app.json<{ tileMatrices: Record<string, unknown>[] }>(
      local(linkOf(tileMatrixSets[0]!.links, 'self').href),
    );
    expect(set.tileMatrices).toHaveLength(25);
    const [first, last] = [set.tileMatrices[0]!, set.tileMatrices[24]!];
    // The register's own numbers.
    expect(first['scaleDenominator']).toBeCloseTo(559082264.028717, 5);
    expect(first['cellSize']).toBeCloseTo(156543.033928041, 8);
    expect(first['pointOfOrigin']).toEqual([expect.closeTo(-20037508.3427892, 6), expect.closeTo(20037508.3427892, 6)]);
    expect(last).toMatchObject({ id: '24', matrixWidth: 16777216, matrixHeight: 16777216, tileWidth: 256 });
    expect(last['scaleDenominator']).toBeCloseTo(559082264.028717 / 2 ** 24, 8);
  });
});
