import type { TileLayer } from '../tiles/index.ts';
import { CRS84 } from './bbox.ts';
import { GEOJSON_TYPE, link, REL, SCHEMA_TYPE } from './links.ts';
import type { Extent, FeatureSource } from './source.ts';

const GREGORIAN = 'http://www.opengis.net/def/uom/ISO-8601/0/Gregorian';

function extentOf({ bbox, begin }: Extent) {
  return {
    ...(bbox === null ? {} : { spatial: { bbox: [bbox], crs: CRS84 } }),
    ...(begin === null ? {} : { temporal: { interval: [[begin, null]], trs: GREGORIAN } }),
  };
}

/** A collection of features, with tiles where a layer has its name. */
export function featureCollection(base: string, source: FeatureSource, extent: Extent, hasTiles: boolean) {
  const { id, title, description } = source;
  const self = `${base}/collections/${id}`;
  return {
    id,
    title,
    description,
    itemType: 'feature',
    crs: [CRS84],
    extent: extentOf(extent),
    links: [
      link('self', self, title),
      link('items', `${self}/items`, title, GEOJSON_TYPE),
      // GDAL 3.6 knows the relation by this spelling only.
      link('describedBy', `${self}/schema`, `Properties of ${title}`, SCHEMA_TYPE),
      ...(hasTiles ? [link(REL.tilesets, `${self}/tiles`, `Tiles of ${title}`)] : []),
    ],
  };
}

/** A feature of a collection as JSON schema: programs learn the types of its properties, also where the first page has none. */
export function featureSchema(base: string, { id, title, properties }: FeatureSource) {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `${base}/collections/${id}/schema`,
    title,
    type: 'object',
    properties: { properties: { type: 'object', properties } },
  };
}

/** A collection that is given as tiles only. It is not in the list: programs take whatever is there for features. */
export function tileCollection(base: string, layer: TileLayer, extent: Extent) {
  const self = `${base}/collections/${layer.name}`;
  return {
    id: layer.name,
    title: layer.name,
    description: layer.vectorLayers.map(({ description }) => description).join('; '),
    extent: extentOf(extent),
    links: [link('self', self, layer.name), link(REL.tilesets, `${self}/tiles`, `Tiles of ${layer.name}`)],
  };
}
