import { Deck, FlyToInterpolator, MapView, WebMercatorViewport, type Layer, type PickingInfo } from '@deck.gl/core';
import type { Camera } from './basemap.ts';
import { topOf } from '../charts/densityScale.ts';
import { CaseTiles } from './caseTiles.ts';
import { clusterCases, type Cluster } from './cluster.ts';
import { caseLayers, densityLayer, labelLayers, placesLayer } from './deckLayers.ts';
import { placeLabels, type PlacedLabel } from './labels.ts';
import type { Place } from './places.ts';
import { planLayers } from './plan.ts';
import { kmPerPixel } from './scaleBar.ts';
import type { Bbox, MapHit, MapOptions, MapState } from './types.ts';

export interface OverlayHooks {
  onCamera: (camera: Camera) => void;
  /** Under the pointer, or null where the overlay has nothing. */
  onHover: (hit: MapHit | null, x: number, y: number) => void;
  onClick: (hit: MapHit | null, x: number, y: number) => void;
  onLoad: () => void;
  onLost: () => void;
}

const NONE: readonly Cluster[] = [];

/** What lies above the base map, on a canvas of its own; it holds the camera. */
export class Overlay {
  readonly #deck: Deck<MapView>;
  readonly #el: HTMLElement;
  readonly #options: MapOptions;
  readonly #unit: number;
  readonly #tiles = new CaseTiles(() => this.#onTiles());
  #state: MapState;
  #camera: Camera & { transitionDuration?: number };
  #clusters: Cluster[] = [];
  #peaks = new Map<number, number>();
  #settle: ReturnType<typeof setTimeout> | undefined;
  #moving = false;
  #density: { key: string; layer: Layer } | undefined;
  #densityLoaded = false;
  #labels: { key: readonly unknown[]; placed: PlacedLabel[] } | undefined;

  constructor(el: HTMLElement, camera: Camera, options: MapOptions, hooks: OverlayHooks) {
    this.#el = el;
    this.#options = options;
    this.#state = options.state;
    this.#camera = camera;
    this.#unit = parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.#deck = new Deck({
      parent: el as HTMLDivElement,
      views: new MapView({ repeat: false }),
      initialViewState: { ...camera, minZoom: 3, maxZoom: 19 },
      controller: { dragRotate: false, touchRotate: false, doubleClickZoom: true, keyboard: true },
      style: { position: 'absolute', inset: '0' },
      pickingRadius: 4,
      getCursor: ({ isDragging }) => (isDragging ? 'grabbing' : 'default'),
      onViewStateChange: ({ viewState }) => {
        const { longitude, latitude, zoom } = viewState as Camera;
        this.#camera = { longitude, latitude, zoom };
        hooks.onCamera(this.#camera);
        this.#onMoved();
      },
      onHover: (info) => hooks.onHover(hitOf(info), info.x, info.y),
      onClick: (info) => hooks.onClick(hitOf(info), info.x, info.y),
      onLoad: () => {
        this.#deck.getCanvas()?.addEventListener('webglcontextlost', hooks.onLost, { once: true });
        this.#refresh();
        hooks.onLoad();
      },
      onError: () => {},
    });
  }

  get camera(): Camera {
    return this.#camera;
  }

  get isIdle(): boolean {
    const density = this.#plan().records === null || this.#densityLoaded;
    return !this.#moving && !this.#tiles.isLoading && density;
  }

  setState(state: MapState): void {
    const before = this.#state;
    this.#state = state;
    const { highlighted: _, ...rest } = state;
    if (Object.entries(rest).some(([key, value]) => before[key as keyof MapState] !== value)) this.#refresh();
  }

  /** @param animate false: at once. */
  moveTo(camera: Camera, animate: boolean): void {
    const duration = animate ? 1_100 : 0;
    this.#deck.setProps({
      initialViewState: {
        ...camera,
        minZoom: 3,
        maxZoom: 19,
        transitionDuration: duration,
        ...(animate ? { transitionInterpolator: new FlyToInterpolator({ curve: 1.2 }) } : {}),
      },
    });
    if (!animate) {
      this.#camera = camera;
      this.#onMoved();
    }
  }

  project(lng: number, lat: number): readonly [number, number] {
    return this.#viewport().project([lng, lat]) as [number, number];
  }

  cameraFor(bbox: Bbox): Camera {
    const width = Math.max(50, this.#el.clientWidth);
    const height = Math.max(50, this.#el.clientHeight);
    return cameraFor(bbox, width, height, this.#unit);
  }

  resize(): void {
    this.#onMoved();
  }

  destroy(): void {
    clearTimeout(this.#settle);
    this.#tiles.destroy();
    this.#deck.finalize();
  }

  #viewport(): WebMercatorViewport {
    return new WebMercatorViewport({ width: this.#el.clientWidth, height: this.#el.clientHeight, ...this.#camera });
  }

  #plan(): ReturnType<typeof planLayers> {
    const { layers, caseMode: mode, path } = this.#state;
    return planLayers(layers, { mode, division: path.at(-1) ?? null }, this.#camera.zoom);
  }

  #onMoved(): void {
    this.#moving = true;
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => {
      this.#moving = false;
      this.#refresh();
    }, 120);
  }

  #onTiles(): void {
    this.#refresh();
  }

  /** Asks for what is in view and draws what is known. */
  #refresh(): void {
    const bbox = this.#viewport().getBounds();
    const { zoom } = this.#camera;
    const { cases } = this.#plan();
    if (cases) {
      this.#tiles.want(bbox, zoom, cases, this.#state.casesVersion + this.#state.dataVersion * 1e9);
      const { points, complete } = this.#tiles.points(bbox, zoom, cases);
      // While tiles of a new zoom are on their way the old marks stay.
      if (complete || !this.#tiles.isLoading) this.#clusters = clusterCases(points, zoom, this.#unit);
    }
    this.#draw();
  }

  #draw(): void {
    const plan = this.#plan();
    const fontPx = this.#unit * 0.9;
    const labels = plan.labels ? this.#placeLabels(fontPx, plan.cases ? this.#clusters : NONE) : [];
    this.#deck.setProps({
      layers: [
        plan.records === 'cells' && this.#densityLayer(),
        plan.records === 'places' && placesLayer(this.#unit, this.#tileOptions()),
        plan.cases && caseLayers(this.#clusters, this.#unit),
        labels.length > 0 && labelLayers(labels, fontPx),
      ],
    });
    this.#tell();
  }

  /** The same array for the same view, so that deck has nothing to do. */
  #placeLabels(fontPx: number, marks: readonly Cluster[]): PlacedLabel[] {
    const key = [this.#state.divisions, this.#camera.zoom, marks] as const;
    if (!this.#labels || key.some((part, i) => part !== this.#labels!.key[i])) {
      // Where the chosen division is itself one of those shown (the lowest level), only it is named.
      const chosen = key[0].filter((division) => division.id === this.#state.path.at(-1));
      const named = chosen.length > 0 ? chosen : key[0];
      this.#labels = { key, placed: placeLabels(named, marks, key[1], fontPx) };
    }
    return this.#labels.placed;
  }

  #top(): number | null {
    const peak = this.#peaks.get(Math.min(14, Math.round(this.#camera.zoom)));
    return peak === undefined ? null : topOf(peak);
  }

  #densityLayer(): Layer {
    const top = this.#top() ?? 1e5;
    const key = `${top} ${this.#state.dataVersion}`;
    if (this.#density?.key !== key) {
      const layer = densityLayer(top, (z, peak) => this.#onPeak(z, peak), this.#tileOptions());
      this.#density = { key, layer };
    }
    return this.#density.layer;
  }

  #tileOptions(): { dataVersion: number; onLoad: () => void } {
    return {
      dataVersion: this.#state.dataVersion,
      onLoad: () => {
        this.#densityLoaded = true;
        this.#tell();
      },
    };
  }

  #onPeak(z: number, peak: number): void {
    const before = this.#top();
    this.#peaks.set(z, Math.max(peak, this.#peaks.get(z) ?? 0));
    if (this.#top() !== before) this.#draw();
  }

  #tell(): void {
    this.#options.onView({ zoom: this.#camera.zoom, densityTop: this.#top(), kmPerPixel: kmPerPixel(this.#camera) });
  }
}

/** The camera that shows a box with some air around it. */
export function cameraFor(bbox: Bbox, width: number, height: number, unit: number): Camera {
  const [west, south, east, north] = bbox;
  // The legend stands in the lower left corner; a narrow map has no room to spare for it.
  const pad = Math.min(unit * 2.2, width / 10, height / 10);
  const padding = { top: pad + unit * 1.6, right: pad, bottom: pad, left: width > unit * 42 ? unit * 12.5 : pad };
  const { longitude, latitude, zoom } = new WebMercatorViewport({ width, height }).fitBounds(
    [
      [west, south],
      [east, north],
    ],
    { padding, maxZoom: 17 },
  );
  return { longitude, latitude, zoom };
}

function hitOf(info: PickingInfo): MapHit | null {
  const object: unknown = info.object;
  if (!object) return null;
  if (info.layer?.id === 'cases') {
    const c = object as Cluster;
    if (!c.single) return { kind: 'cluster', n: c.n, green: c.green, yellow: c.yellow, red: c.red, at: [c.lng, c.lat] };
    const { id, light, caseNo, zh, en } = c.single;
    return { kind: 'case', id, light, caseNo, name: { zh, en } };
  }
  const place = object as Place;
  return 'address' in place ? { kind: 'place', total: place.total, address: place.address } : null;
}
