import type { Bbox } from '../../tiles/grid.ts';
import type { TileLayer } from '../tiles/index.ts';
import { CRS84 } from './bbox.ts';
import { link, MVT_TYPE, REL, type Link } from './links.ts';
import { MATRIX_SET, MATRIX_SET_URI, WEB_MERCATOR } from './matrices.ts';

/** What TileJSON calls its types, as JSON schema. */
const SCHEMA_TYPES: Record<string, string> = { Number: 'number', String: 'string', Boolean: 'boolean' };

function summary(base: string, layer: TileLayer) {
  const tileset = `${base}/collections/${layer.name}/tiles/${MATRIX_SET}`;
  const links: Link[] = [
    link('self', tileset, `Tileset of ${layer.name}`),
    link(REL.tilingScheme, `${base}/tileMatrixSets/${MATRIX_SET}`, MATRIX_SET),
    link(REL.geodata, `${base}/collections/${layer.name}`, layer.name),
  ];
  return { title: layer.name, dataType: 'vector', crs: WEB_MERCATOR, tileMatrixSetURI: MATRIX_SET_URI, links };
}

/** The list of some layers' tilesets: one each. @param path of the list, behind the base. */
export function tilesetList(base: string, path: string, layers: readonly TileLayer[]) {
  return {
    links: [link('self', `${base}${path}`, 'Tilesets')],
    tilesets: layers.map((layer) => summary(base, layer)),
  };
}

/** Zooms that a layer has, each with all of its rows and columns: a tile with nothing on it is empty, not missing. */
function limits({ minZoom, maxZoom }: TileLayer) {
  return Array.from({ length: maxZoom - minZoom + 1 }, (_, i) => {
    const last = 2 ** (minZoom + i) - 1;
    return {
      tileMatrix: String(minZoom + i),
      minTileRow: 0,
      maxTileRow: last,
      minTileCol: 0,
      maxTileCol: last,
    };
  });
}

/** What one layer's tiles hold and where they are (/req/tileset/description). */
export function tileset(base: string, layer: TileLayer, extent: Bbox | null, attribution: string) {
  const { links, ...rest } = summary(base, layer);
  const tile = `${base}/collections/${layer.name}/tiles/${MATRIX_SET}/{tileMatrix}/{tileRow}/{tileCol}`;
  return {
    ...rest,
    attribution,
    mediaTypes: [MVT_TYPE],
    tileMatrixSetLimits: limits(layer),
    ...(extent === null
      ? {}
      : {
          boundingBox: {
            lowerLeft: extent.slice(0, 2),
            upperRight: extent.slice(2),
            crs: CRS84,
            orderedAxes: ['Lon', 'Lat'],
          },
        }),
    layers: layer.vectorLayers.map(({ id, description, minzoom, maxzoom, fields }) => ({
      id,
      description,
      dataType: 'vector',
      minTileMatrix: String(minzoom),
      maxTileMatrix: String(maxzoom),
      propertiesSchema: {
        type: 'object',
        properties: Object.fromEntries(
          Object.entries(fields).map(([name, type]) => [name, { type: SCHEMA_TYPES[type] ?? 'string' }]),
        ),
      },
    })),
    links: [...links, { ...link('item', tile, `Tiles of ${layer.name}`, MVT_TYPE), templated: true as const }],
  };
}
