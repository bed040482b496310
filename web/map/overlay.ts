import { Deck, FlyToInterpolator, MapView, WebMercatorViewport } from '@deck.gl/core';
import type { Camera } from './basemap.ts';
import { CaseMarks } from './caseMarks.ts';
import type { Cluster } from './cluster.ts';
import { caseLayers, labelLayers } from './deckLayers.ts';
import { hitOf } from './hit.ts';
import { placeLabels, type PlacedLabel } from './labels.ts';
import { planLayers, type LayerPlan } from './plan.ts';
import { RecordTiles } from './recordTiles.ts';
import { kmPerPixel } from './scaleBar.ts';
import type { TileStore } from './tileStore.ts';
import type { Bbox, MapDivision, MapHit, MapOptions, MapState } from './types.ts';

export interface OverlayHooks {
  onCamera: (camera: Camera) => void;
  /** Under the pointer, or null where the overlay has nothing. */
  onHover: (hit: MapHit | null, x: number, y: number) => void;
  onClick: (hit: MapHit | null, x: number, y: number) => void;
  onLoad: () => void;
  onLost: () => void;
}

const NONE: readonly Cluster[] = [];
const UNNAMED: readonly MapDivision[] = [];
/** Everything in view is asked for again this often, with its ETag: a net under the live stream. */
const DOUBT_MS = 300_000;
/** What comes in within a frame is drawn together. */
const FRAME_MS = 16;

/** What lies above the base map, on a canvas of its own; it holds the camera. */
export class Overlay {
  readonly #deck: Deck<MapView>;
  readonly #el: HTMLElement;
  readonly #options: MapOptions;
  readonly #unit: number;
  readonly #records: RecordTiles;
  readonly #cases: CaseMarks;
  readonly #stopListening: () => void;
  readonly #doubting: ReturnType<typeof setInterval>;
  #state: MapState;
  #camera: Camera & { transitionDuration?: number };
  #clusters: readonly Cluster[] = NONE;
  #gridLabels: readonly MapDivision[] = [];
  #settle: ReturnType<typeof setTimeout> | undefined;
  #frame: ReturnType<typeof setTimeout> | undefined;
  #moving = false;
  #begun = false;
  #labels: { key: readonly unknown[]; placed: PlacedLabel[] } | undefined;

  constructor(el: HTMLElement, camera: Camera, options: MapOptions, hooks: OverlayHooks) {
    this.#el = el;
    this.#options = options;
    const { changes } = options;
    const onChange = (): void => {
      this.#frame ??= setTimeout(() => this.#onTiles(hooks.onLoad), FRAME_MS);
    };
    const newest = changes.newest.bind(changes);
    this.#records = new RecordTiles({ newest, onChange });
    this.#cases = new CaseMarks({ newest, onChange });
    this.#stopListening = changes.listen((told) => {
      for (const store of this.#stores) store.change(told);
    });
    this.#doubting = setInterval(() => this.#doubt(false), DOUBT_MS);
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
    const isDrawn = this.#frame === undefined;
    return this.#begun && !this.#moving && isDrawn && !this.#cases.store.isLoading && !this.#records.isLoading;
  }

  setState(state: MapState): void {
    const before = this.#state;
    this.#state = state;
    if (state.dataVersion !== before.dataVersion) this.#doubt(true);
    const { highlighted: _, ...rest } = state;
    if (Object.entries(rest).some(([key, value]) => before[key as keyof MapState] !== value)) this.#refresh();
  }

  /** Names of grids, as the base map has them in view. */
  setGridLabels(labels: readonly MapDivision[]): void {
    const isSame = (label: MapDivision, i: number): boolean => {
      const before = this.#gridLabels[i];
      return before?.id === label.id && before.name === label.name && before.label.join() === label.label.join();
    };
    if (labels.length === this.#gridLabels.length && labels.every(isSame)) return;
    this.#gridLabels = labels;
    this.#draw();
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
    clearTimeout(this.#frame);
    clearInterval(this.#doubting);
    this.#stopListening();
    for (const store of this.#stores) store.destroy();
    this.#deck.finalize();
  }

  #viewport(): WebMercatorViewport {
    return new WebMercatorViewport({ width: this.#el.clientWidth, height: this.#el.clientHeight, ...this.#camera });
  }

  get #stores(): readonly Pick<TileStore<unknown>, 'change' | 'doubt' | 'destroy'>[] {
    return [this.#cases.store, this.#records.density, this.#records.places];
  }

  /** @param anew the numbers of changes may begin anew. */
  #doubt(anew: boolean): void {
    for (const store of this.#stores) store.doubt(anew);
  }

  #plan(): LayerPlan {
    const { layers, caseMode: mode, path, records } = this.#state;
    return planLayers(layers, { mode, division: path.at(-1) ?? null }, this.#camera.zoom, records.theme);
  }

  #onMoved(): void {
    this.#moving = true;
    clearTimeout(this.#settle);
    this.#settle = setTimeout(() => {
      this.#moving = false;
      this.#refresh();
    }, 120);
  }

  #onTiles(loaded: () => void): void {
    this.#frame = undefined;
    // While the camera moves, what it will show is not asked for yet.
    if (!this.#moving) this.#clusterAgain();
    this.#draw();
    loaded();
  }

  /** Asks for what is in view and draws what is known. */
  #refresh(): void {
    const bbox = this.#viewport().getBounds();
    const { zoom } = this.#camera;
    const { cases, records } = this.#plan();
    this.#begun = true;
    this.#records.want(bbox, zoom, records, this.#state.records);
    this.#cases.want(bbox, zoom, cases);
    this.#clusterAgain();
    this.#draw();
  }

  #clusterAgain(): void {
    const { cases } = this.#plan();
    const bbox = this.#viewport().getBounds();
    if (cases) this.#clusters = this.#cases.clusters(bbox, this.#camera.zoom, cases, this.#unit);
  }

  #draw(): void {
    const plan = this.#plan();
    const fontPx = this.#unit * 0.9;
    const divisions = plan.labels ? this.#state.divisions : UNNAMED;
    const marks = plan.cases ? this.#clusters : NONE;
    const isNamed = divisions.length + this.#gridLabels.length > 0;
    const labels = isNamed ? this.#placeLabels(fontPx, divisions, marks) : [];
    this.#deck.setProps({
      layers: [
        this.#records.layers(this.#unit),
        plan.cases && caseLayers(this.#clusters, this.#unit),
        labels.length > 0 && labelLayers(labels, fontPx),
      ],
    });
    this.#tell();
  }

  /** The same array for the same view, so that deck has nothing to do. */
  #placeLabels(fontPx: number, divisions: readonly MapDivision[], marks: readonly Cluster[]): PlacedLabel[] {
    const key = [divisions, this.#camera.zoom, marks, this.#gridLabels] as const;
    if (!this.#labels || key.some((part, i) => part !== this.#labels!.key[i])) {
      // Where the chosen division is itself one of those shown (the lowest level), only it is named.
      const chosen = key[0].filter((division) => division.id === this.#state.path.at(-1));
      const named = chosen.length > 0 ? chosen : key[0];
      this.#labels = { key, placed: placeLabels([...named, ...key[3]], marks, key[1], fontPx) };
    }
    return this.#labels.placed;
  }

  #tell(): void {
    this.#options.onView({
      zoom: this.#camera.zoom,
      densityTop: this.#records.top,
      isBuilding: this.#records.density.isBuilding,
      kmPerPixel: kmPerPixel(this.#camera),
    });
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
