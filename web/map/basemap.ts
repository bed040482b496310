import mapboxgl from 'mapbox-gl';
import 'mapbox-gl/dist/mapbox-gl.css';
import { GRID_KEYS, type GridKey } from '../state/url.ts';
import { gridLabels, NAMES_FROM_ZOOM } from './gridLabels.ts';
import { buildStyle, hitFilter, idFilter, outsideFilter, SOURCE_DIVISIONS } from './style.ts';
import type { MapDivision, MapHit, MapState } from './types.ts';

export interface Camera {
  longitude: number;
  latitude: number;
  zoom: number;
}

function cornersOf(geometry: GeoJSON.Geometry): GeoJSON.Position[] {
  if (geometry.type === 'Polygon') return geometry.coordinates.flat();
  return geometry.type === 'MultiPolygon' ? geometry.coordinates.flat(2) : [];
}

/** A component is small: the pointer need not stand right on it. */
const REACH_PX = 4;

/** The map below: land, water, roads, and the divisions in their colours. It follows the overlay's camera. */
export class Basemap {
  readonly #map: mapboxgl.Map;
  #state: MapState;
  #colored = new Map<number, string>();
  #hovered: number | null = null;
  #ready = false;

  constructor(el: HTMLElement, camera: Camera, state: MapState, on: { idle: () => void; lost: () => void }) {
    this.#state = state;
    this.#map = new mapboxgl.Map({
      container: el,
      style: buildStyle(location.origin),
      center: [camera.longitude, camera.latitude],
      zoom: camera.zoom,
      interactive: false,
      attributionControl: false,
      fadeDuration: 0,
      trackResize: false,
      maxTileCacheSize: 200,
      refreshExpiredTiles: false,
    });
    this.#map.on('load', () => {
      this.#ready = true;
      this.setState(this.#state, true);
    });
    this.#map.on('idle', on.idle);
    this.#map.on('webglcontextlost', on.lost);
    // A tile that failed is asked for again when it is next needed; the page's own state says when the server is away.
    this.#map.on('error', () => {});
  }

  get isIdle(): boolean {
    return this.#ready && this.#map.areTilesLoaded() && !this.#map.isMoving();
  }

  jump(camera: Camera): void {
    this.#map.jumpTo({ center: [camera.longitude, camera.latitude], zoom: camera.zoom });
  }

  resize(): void {
    this.#map.resize();
  }

  destroy(): void {
    this.#map.remove();
  }

  setState(state: MapState, all = false): void {
    const before = this.#state;
    this.#state = state;
    if (!this.#ready) return;
    if (state.dataVersion !== before.dataVersion) {
      // New sources ask for every tile again; the server's ETags spare what has not changed.
      this.#map.setStyle(buildStyle(location.origin), { diff: false });
      this.#ready = false;
      this.#map.once('style.load', () => {
        this.#ready = true;
        this.#colored.clear();
        this.setState(this.#state, true);
      });
      return;
    }
    if (all || state.divisions !== before.divisions) this.#color(state.divisions);
    if (all || state.divisions !== before.divisions || state.path !== before.path) this.#choose(state);
    if (all || state.layers !== before.layers) {
      this.#map.setLayoutProperty('rates', 'visibility', state.layers.includes('rates') ? 'visible' : 'none');
    }
    if (all || state.grids !== before.grids) for (const key of GRID_KEYS) this.#show(key, state.grids === key);
    if (all || state.components !== before.components) this.#setVisible('components', state.components);
    if (all || state.highlighted !== before.highlighted) this.#highlight(state.highlighted);
  }

  #show(key: GridKey, visible: boolean): void {
    this.#setVisible(`grid-area-${key}`, visible);
    this.#setVisible(`grid-line-${key}`, visible);
  }

  #setVisible(layer: string, visible: boolean): void {
    this.#map.setLayoutProperty(layer, 'visibility', visible ? 'visible' : 'none');
  }

  /** The component or the grid under a pixel, where they are shown. */
  pickDetail(x: number, y: number): MapHit | null {
    if (!this.#ready) return null;
    const { components, grids } = this.#state;
    const around: [mapboxgl.PointLike, mapboxgl.PointLike] = [
      [x - REACH_PX, y - REACH_PX],
      [x + REACH_PX, y + REACH_PX],
    ];
    const found = components
      ? this.#map.queryRenderedFeatures(around, { layers: ['components'] })[0]?.properties
      : null;
    if (found) return { kind: 'component', name: String(found['name'] ?? ''), code: String(found['code'] ?? '') };
    if (grids === null) return null;
    const grid = this.#map.queryRenderedFeatures([x, y], { layers: [`grid-area-${grids}`] })[0]?.properties;
    if (!grid) return null;
    const name = { zh: String(grid['name_zh'] ?? ''), en: String(grid['name_en'] ?? '') };
    return { kind: 'grid', name, code: String(grid['code'] ?? ''), grids };
  }

  /** Names of the grids in view; none where they have no room. */
  gridLabels(): MapDivision[] {
    const { grids, lang } = this.#state;
    if (!this.#ready || grids === null || this.#map.getZoom() < NAMES_FROM_ZOOM) return [];
    const found = this.#map.queryRenderedFeatures({ layers: [`grid-area-${grids}`] } as never);
    const [[west, south], [east, north]] = this.#map.getBounds().toArray() as [[number, number], [number, number]];
    /** Of a grid that is larger than the view, its part that is seen counts. */
    const seen = ([lng = 0, lat = 0]: GeoJSON.Position): GeoJSON.Position => [
      Math.min(east, Math.max(west, lng)),
      Math.min(north, Math.max(south, lat)),
    ];
    return gridLabels(
      found.map(({ properties, geometry }) => ({
        id: Number(properties?.['id']),
        name: String((lang === 'en' && properties?.['name_en']) || properties?.['name_zh'] || ''),
        corners: cornersOf(geometry).map(seen),
      })),
    );
  }

  /** The division under a pixel: the deepest that a click may choose. */
  pick(x: number, y: number): MapHit | null {
    if (!this.#ready) return null;
    const found = this.#map.queryRenderedFeatures([x, y], { layers: ['hit'] });
    const deepest = found.sort((a, b) => Number(b.properties?.['level']) - Number(a.properties?.['level']))[0]
      ?.properties;
    if (!deepest) return null;
    return {
      kind: 'division',
      id: Number(deepest['id']),
      name: { zh: String(deepest['name_zh'] ?? ''), en: String(deepest['name_en'] ?? '') },
    };
  }

  #color(divisions: readonly MapDivision[]): void {
    const next = new Map(divisions.map((d) => [d.id, d.color]));
    for (const id of this.#colored.keys()) {
      if (!next.has(id)) this.#map.removeFeatureState(feature(id));
    }
    for (const [id, color] of next) {
      if (this.#colored.get(id) !== color) this.#map.setFeatureState(feature(id), { color });
    }
    this.#colored = next;
  }

  #choose({ path, divisions }: MapState): void {
    const below = divisions.map((d) => d.id);
    this.#map.setFilter('rates', idFilter(below));
    this.#map.setFilter('line-below', idFilter(below));
    this.#map.setFilter('outside', outsideFilter(path));
    this.#map.setFilter('hit', hitFilter(path));
    this.#map.setFilter('line-chosen', idFilter(path.slice(-1)));
  }

  #highlight(id: number | null): void {
    if (this.#hovered !== null) this.#map.setFeatureState(feature(this.#hovered), { hover: false });
    this.#hovered = id;
    if (id !== null) this.#map.setFeatureState(feature(id), { hover: true });
    this.#map.setFilter('line-hover', idFilter(id === null ? [] : [id]));
  }
}

const feature = (id: number): mapboxgl.FeatureIdentifier => ({
  source: SOURCE_DIVISIONS,
  sourceLayer: 'divisions',
  id,
});
