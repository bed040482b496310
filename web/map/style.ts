import type { AnyLayer, Expression, Style } from 'mapbox-gl';
import type { GridKey } from '../state/url.ts';

/** The base map, from our own tiles: no sprite, no glyphs, no other host. Names are drawn by the overlay. */

export const GROUND = '#070b12';
export const SOURCE_DIVISIONS = 'divisions';

/** Divisions that a click reaches: districts always, and whatever lies beside or below the chosen one. */
export const hitFilter = (path: readonly number[]): Expression =>
  ['any', ['==', ['get', 'level'], 2], ['in', ['get', 'parent_id'], ['literal', [...path]]]] as Expression;
/** How each kind of grid is drawn: apart in colour and in stroke. */
export const GRID_LINES: Readonly<
  Record<GridKey, { tiles: string; status: string; color: string; dash: number[] | null }>
> = {
  comprehensive: { tiles: 'comprehensive', status: 'confirmed', color: '#dbe6f4', dash: null },
  proposed: { tiles: 'comprehensive', status: 'proposed', color: '#f3dfa2', dash: [2.5, 2] },
  police: { tiles: 'police', status: 'confirmed', color: '#79b0e3', dash: null },
  duty: { tiles: 'duty', status: 'confirmed', color: '#5bb99a', dash: [6, 2] },
};
/** First zoom at which grids and components have tiles. */
export const DETAIL_FROM_ZOOM = 12;
export const COMPONENT_COLOR = '#79b0e3';

/** A kind of grid: its lines, and its surface for the pointer. */
function gridLayers([key, { tiles, status, color, dash }]: [string, (typeof GRID_LINES)[GridKey]]): AnyLayer[] {
  const of = {
    source: `grids-${tiles}`,
    'source-layer': 'grids',
    minzoom: DETAIL_FROM_ZOOM - 0.5,
    filter: ['==', ['get', 'status'], status],
    layout: { visibility: 'none' as const },
  };
  return [
    {
      ...of,
      id: `grid-area-${key}`,
      type: 'fill',
      paint: { 'fill-color': color, 'fill-opacity': 0.06, 'fill-antialias': false },
    },
    {
      ...of,
      id: `grid-line-${key}`,
      type: 'line',
      layout: { ...of.layout, 'line-join': 'round' },
      paint: {
        'line-color': color,
        'line-opacity': 0.85,
        'line-width': byZoom(11, 0.8, 14, 1.6, 18, 3),
        ...(dash ? { 'line-dasharray': dash } : {}),
      },
    },
  ];
}

export const idFilter = (ids: readonly number[]): Expression =>
  ['in', ['get', 'id'], ['literal', [...ids]]] as Expression;
/** What is not the chosen district, to be dimmed. */
export const outsideFilter = (path: readonly number[]): Expression =>
  (path.length === 0
    ? ['==', ['get', 'level'], -1]
    : [
        'any',
        ['all', ['==', ['get', 'level'], 2], ['!=', ['get', 'id'], path[0]]],
        ...path.slice(1).map((id, i) => ['all', ['==', ['get', 'parent_id'], path[i]], ['!=', ['get', 'id'], id]]),
      ]) as Expression;

const byZoom = (...stops: number[]): Expression =>
  ['interpolate', ['exponential', 1.4], ['zoom'], ...stops] as Expression;
const rank = (n: number): Expression => ['<=', ['get', 'rank'], n] as Expression;
const color = ['to-color', ['feature-state', 'color'], '#141c28'] as Expression;

export function buildStyle(origin: string): Style {
  const tiles = (layer: string): string[] => [`${origin}/tiles/${layer}/{z}/{x}/{y}.mvt`];
  return {
    version: 8,
    transition: { duration: 0, delay: 0 },
    sources: {
      base: { type: 'vector', tiles: tiles('base'), maxzoom: 14 },
      ...Object.fromEntries(
        ['comprehensive', 'police', 'duty'].map((kind) => [
          `grids-${kind}`,
          { type: 'vector' as const, tiles: [`${tiles('grids')[0]}?kind=${kind}`], minzoom: 12, maxzoom: 16 },
        ]),
      ),
      components: { type: 'vector', tiles: tiles('components'), minzoom: 12, maxzoom: 20 },
      [SOURCE_DIVISIONS]: { type: 'vector', tiles: tiles('divisions'), maxzoom: 14 },
    },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': GROUND } },
      {
        id: 'district-ground',
        type: 'fill',
        source: SOURCE_DIVISIONS,
        'source-layer': 'divisions',
        filter: ['==', ['get', 'level'], 2],
        paint: { 'fill-color': '#0e1621', 'fill-antialias': false },
      },
      {
        id: 'land',
        type: 'fill',
        source: 'base',
        'source-layer': 'land',
        paint: {
          'fill-color': ['match', ['get', 'kind'], 'green', '#12231f', 'built_up', '#1b2431', '#111926'],
          'fill-opacity': 0.8,
          'fill-antialias': false,
        },
      },
      {
        id: 'rates',
        type: 'fill',
        source: SOURCE_DIVISIONS,
        'source-layer': 'divisions',
        filter: idFilter([]),
        paint: {
          'fill-color': color,
          'fill-opacity': ['case', ['boolean', ['feature-state', 'hover'], false], 0.85, 0.6],
          'fill-antialias': false,
        },
      },
      {
        id: 'water-area',
        type: 'fill',
        source: 'base',
        'source-layer': 'water',
        filter: ['==', ['geometry-type'], 'Polygon'],
        paint: { 'fill-color': '#0a1a2c' },
      },
      {
        id: 'water-line',
        type: 'line',
        source: 'base',
        'source-layer': 'water',
        filter: ['==', ['geometry-type'], 'LineString'],
        layout: { 'line-cap': 'round', 'line-join': 'round' },
        paint: { 'line-color': '#10263d', 'line-width': byZoom(6, 1.2, 10, 3, 14, 14) },
      },
      {
        id: 'road-minor',
        type: 'line',
        source: 'base',
        'source-layer': 'road',
        filter: ['>', ['get', 'rank'], 2],
        minzoom: 10.5,
        paint: { 'line-color': '#c6d6ec', 'line-opacity': 0.09, 'line-width': byZoom(10, 0.5, 14, 1.6, 18, 9) },
      },
      {
        id: 'road-major',
        type: 'line',
        source: 'base',
        'source-layer': 'road',
        filter: rank(2),
        layout: { 'line-join': 'round' },
        paint: { 'line-color': '#c6d6ec', 'line-opacity': 0.17, 'line-width': byZoom(6, 0.5, 10, 1.1, 14, 3, 18, 14) },
      },
      {
        id: 'rail',
        type: 'line',
        source: 'base',
        'source-layer': 'rail',
        paint: {
          'line-color': '#c6d6ec',
          'line-opacity': 0.22,
          'line-width': byZoom(6, 0.6, 14, 1.6),
          'line-dasharray': [5, 3],
        },
      },
      {
        id: 'outside',
        type: 'fill',
        source: SOURCE_DIVISIONS,
        'source-layer': 'divisions',
        filter: outsideFilter([]),
        paint: { 'fill-color': GROUND, 'fill-opacity': 0.62, 'fill-antialias': false },
      },
      {
        id: 'line-below',
        type: 'line',
        source: SOURCE_DIVISIONS,
        'source-layer': 'divisions',
        filter: idFilter([]),
        paint: { 'line-color': '#cfe0f5', 'line-opacity': 0.24, 'line-width': 0.8 },
      },
      {
        id: 'line-district',
        type: 'line',
        source: SOURCE_DIVISIONS,
        'source-layer': 'divisions',
        filter: ['==', ['get', 'level'], 2],
        layout: { 'line-join': 'round' },
        paint: { 'line-color': '#cfe0f5', 'line-opacity': 0.3, 'line-width': 1 },
      },
      ...Object.entries(GRID_LINES).flatMap(gridLayers),
      {
        id: 'components',
        type: 'circle',
        source: 'components',
        'source-layer': 'components',
        minzoom: DETAIL_FROM_ZOOM - 0.5,
        layout: { visibility: 'none' },
        paint: {
          'circle-color': COMPONENT_COLOR,
          'circle-radius': byZoom(12, 2, 15, 3.6, 18, 7),
          'circle-stroke-color': GROUND,
          'circle-stroke-width': 1,
        },
      },
      {
        id: 'line-hover',
        type: 'line',
        source: SOURCE_DIVISIONS,
        'source-layer': 'divisions',
        filter: idFilter([]),
        layout: { 'line-join': 'round' },
        paint: { 'line-color': '#ffffff', 'line-opacity': 0.85, 'line-width': 1.6 },
      },
      {
        id: 'line-chosen',
        type: 'line',
        source: SOURCE_DIVISIONS,
        'source-layer': 'divisions',
        filter: idFilter([]),
        layout: { 'line-join': 'round' },
        paint: { 'line-color': '#eef1f5', 'line-opacity': 0.9, 'line-width': 2 },
      },
      {
        id: 'hit',
        type: 'fill',
        source: SOURCE_DIVISIONS,
        'source-layer': 'divisions',
        filter: hitFilter([]),
        paint: { 'fill-color': '#000000', 'fill-opacity': 0 },
      },
    ],
  };
}
