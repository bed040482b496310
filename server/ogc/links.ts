export const JSON_TYPE = 'application/json';
export const GEOJSON_TYPE = 'application/geo+json';
export const OPENAPI_TYPE = 'application/vnd.oai.openapi+json;version=3.0';
export const SCHEMA_TYPE = 'application/schema+json';
export const MVT_TYPE = 'application/vnd.mapbox-vector-tile';

/** Relations that the standards name. */
export const REL = {
  conformance: 'http://www.opengis.net/def/rel/ogc/1.0/conformance',
  data: 'http://www.opengis.net/def/rel/ogc/1.0/data',
  geodata: 'http://www.opengis.net/def/rel/ogc/1.0/geodata',
  tilesets: 'http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector',
  tilingScheme: 'http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme',
  tilingSchemes: 'http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes',
} as const;

export interface Link {
  href: string;
  rel: string;
  type?: string;
  title?: string;
  templated?: true;
}

/** A link to JSON, unless another type is given. */
export function link(rel: string, href: string, title?: string, type: string = JSON_TYPE): Link {
  return { href, rel, type, ...(title === undefined ? {} : { title }) };
}
