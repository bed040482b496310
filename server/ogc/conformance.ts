const FEATURES = 'http://www.opengis.net/spec/ogcapi-features-1/1.0/conf';
const COMMON = 'http://www.opengis.net/spec/ogcapi-common-1/1.0/conf';
const TILES = 'http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf';
const MATRICES = 'http://www.opengis.net/spec/tms/2.0/conf';

/** What is conformed to: OGC 17-069r4 (Features), 20-057 (Tiles), 17-083r4 (tile matrix sets). */
export const CONFORMANCE = [
  `${COMMON}/core`,
  `${FEATURES}/core`,
  `${FEATURES}/oas30`,
  `${FEATURES}/geojson`,
  `${TILES}/core`,
  `${TILES}/tileset`,
  `${TILES}/tilesets-list`,
  `${TILES}/dataset-tilesets`,
  `${TILES}/geodata-tilesets`,
  `${TILES}/oas30`,
  `${TILES}/mvt`,
  `${MATRICES}/tilematrixset`,
  `${MATRICES}/json-tilematrixset`,
];
