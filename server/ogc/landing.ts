import type { City } from '../city/index.ts';
import { link, OPENAPI_TYPE, REL } from './links.ts';

/** /ogc: what is here and where (/req/core/root-success). */
export function landingPage(base: string, city: City | null) {
  const demo = city?.kind === 'demo' ? ' · 演示数据 / demonstration data' : '';
  return {
    title: `${city ? `${city.nameZh} ${city.nameEn}` : '鹤瞰 Hekan'}${demo}`,
    description: `Divisions, places and cases as features, and all layers of the map as vector tiles.${demo}`,
    links: [
      link('self', base, 'This page'),
      link('service-desc', `${base}/api`, 'Definition of this API', OPENAPI_TYPE),
      link('service-doc', `${base}/docs`, 'Documentation', 'text/html'),
      link('conformance', `${base}/conformance`, 'What is conformed to'),
      link(REL.conformance, `${base}/conformance`, 'What is conformed to'),
      link('data', `${base}/collections`, 'Collections of features'),
      link(REL.data, `${base}/collections`, 'Collections of features'),
      link(REL.tilesets, `${base}/tiles`, 'Tilesets'),
      link(REL.tilingSchemes, `${base}/tileMatrixSets`, 'Tile matrix sets'),
    ],
  };
}
