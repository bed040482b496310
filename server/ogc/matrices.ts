import { link, type Link } from './links.ts';

export const MATRIX_SET = 'WebMercatorQuad';
export const MATRIX_SET_URI = `http://www.opengis.net/def/tilematrixset/OGC/1.0/${MATRIX_SET}`;
export const WEB_MERCATOR = 'http://www.opengis.net/def/crs/EPSG/0/3857';

const TITLE = 'Google Maps Compatible for the World';
/** Half the circumference of the sphere that Web Mercator takes the Earth for. */
const HALF_SIDE_M = Math.PI * 6_378_137;
const TILE_PIXELS = 256;
/** OGC 17-083r4: a pixel is taken to be this wide. */
const PIXEL_M = 0.00028;
const DEEPEST = 24;

function matrix(z: number) {
  const cellSize = (2 * HALF_SIDE_M) / TILE_PIXELS / 2 ** z;
  return {
    id: String(z),
    scaleDenominator: cellSize / PIXEL_M,
    cellSize,
    pointOfOrigin: [-HALF_SIDE_M, HALF_SIDE_M],
    tileWidth: TILE_PIXELS,
    tileHeight: TILE_PIXELS,
    matrixWidth: 2 ** z,
    matrixHeight: 2 ** z,
  };
}

/** The grid of all tiles here, as registered (OGC 17-083r4, annex D). */
export function matrixSet(base: string) {
  return {
    id: MATRIX_SET,
    title: TITLE,
    uri: MATRIX_SET_URI,
    crs: WEB_MERCATOR,
    orderedAxes: ['X', 'Y'],
    wellKnownScaleSet: 'http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible',
    tileMatrices: Array.from({ length: DEEPEST + 1 }, (_, z) => matrix(z)),
    links: [link('self', `${base}/tileMatrixSets/${MATRIX_SET}`, TITLE)],
  };
}

/** The list of grids: one. */
export function matrixSets(base: string): { links: Link[]; tileMatrixSets: unknown[] } {
  return {
    links: [link('self', `${base}/tileMatrixSets`, 'Tile matrix sets')],
    tileMatrixSets: [
      {
        id: MATRIX_SET,
        title: TITLE,
        uri: MATRIX_SET_URI,
        crs: WEB_MERCATOR,
        links: [link('self', `${base}/tileMatrixSets/${MATRIX_SET}`, TITLE)],
      },
    ],
  };
}
