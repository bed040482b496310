import type { Layer } from '@deck.gl/core';
import { topOf } from '../charts/densityScale.ts';
import type { RecordFilter } from '../state/url.ts';
import { densityLayer, placesLayer } from './deckLayers.ts';
import { cropPicture, decodeDensity, paintDensity, type DensityTile } from './density.ts';
import { tilesOf, type TileIndex } from './mercator.ts';
import { decodePlaces, placesOf, type Place } from './places.ts';
import { densityQuery } from './plan.ts';
import { standIns, type Drawn } from './standIn.ts';
import { TileStore, type TileStoreOptions } from './tileStore.ts';
import type { Bbox } from './types.ts';

const DENSITY_MAX_ZOOM = 14;
const PLACES_MIN_ZOOM = 14;
const PLACES_MAX_ZOOM = 20;
/** Of the scale before any tile has come. */
const USUAL_TOP = 1e5;

/** Records on the map: density by cell, a picture a tile, or the places themselves. */
export class RecordTiles {
  readonly density: TileStore<DensityTile | null>;
  readonly places: TileStore<Place[]>;
  /** The highest density met, by filter and zoom. */
  readonly #peaks = new Map<string, number>();
  readonly #pictures = new WeakMap<DensityTile, { top: number; whole: ImageData }>();
  #cells = new Map<string, { picture: ImageData; layer: Layer }>();
  #points: { from: unknown[]; layer: Layer } | undefined;
  #view:
    { tiles: TileIndex[]; query: string; kind: 'cells' | 'places'; zoom: number; filter: RecordFilter } | undefined;

  constructor({ newest, onChange }: Pick<TileStoreOptions<never>, 'newest' | 'onChange'>) {
    const common = { newest, onChange };
    this.density = new TileStore({ layer: 'density', decode: decodeDensity, keep: 120, ...common });
    this.places = new TileStore({ layer: 'places', decode: decodePlaces, keep: 80, ...common });
  }

  /** What is in view; null: no records. */
  want(bbox: Bbox, zoom: number, kind: 'cells' | 'places' | null, filter: RecordFilter): void {
    const query = densityQuery(filter);
    const near = Math.round(zoom);
    const z = kind === 'places' ? clamp(near, PLACES_MIN_ZOOM, PLACES_MAX_ZOOM) : clamp(near, 0, DENSITY_MAX_ZOOM);
    const tiles = kind === null ? [] : tilesOf(bbox, z);
    this.#view = kind === null ? undefined : { tiles, query, kind, zoom: z, filter };
    this.density.want(kind === 'cells' ? tiles : [], query);
    this.places.want(kind === 'places' ? tiles : []);
  }

  get isLoading(): boolean {
    return this.density.isLoading || this.places.isLoading;
  }

  /** Records a square kilometre at the top of the colour scale; null before any tile has come. */
  get top(): number | null {
    if (this.#view?.kind !== 'cells') return null;
    const { tiles, query, zoom } = this.#view;
    const key = `${zoom} ${query}`;
    for (const tile of tiles) {
      const peak = this.density.get(tile, query)?.value?.peak ?? 0;
      if (peak > (this.#peaks.get(key) ?? 0)) this.#peaks.set(key, peak);
    }
    const peak = this.#peaks.get(key);
    return peak === undefined ? null : topOf(peak);
  }

  /** @param unit px of one rem. */
  layers(unit: number): Layer[] {
    if (!this.#view) return [];
    return this.#view.kind === 'cells' ? this.#densityLayers() : [this.#placesLayer(unit)];
  }

  /** One a tile, and the same one as long as its picture is, so that deck has nothing to do. */
  #densityLayers(): Layer[] {
    const { tiles, query } = this.#view!;
    const top = this.top ?? USUAL_TOP;
    const drawn = new Map<string, { picture: ImageData; layer: Layer }>();
    for (const part of tiles.flatMap((tile) => standIns(tile, (other) => this.density.get(other, query)))) {
      if (part.value === null) continue;
      const key = `density-${part.on.z}-${part.on.x}-${part.on.y}`;
      const picture = this.#picture(part.value, top);
      const before = this.#cells.get(key);
      const same = before?.picture === picture ? before.layer : null;
      drawn.set(key, { picture, layer: same ?? densityLayer(key, part.on, partOf(picture, part)) });
    }
    this.#cells = drawn;
    return [...drawn.values()].map(({ layer }) => layer);
  }

  #picture(tile: DensityTile, top: number): ImageData {
    const known = this.#pictures.get(tile);
    if (known?.top === top) return known.whole;
    const whole = paintDensity(tile, top);
    this.#pictures.set(tile, { top, whole });
    return whole;
  }

  /** The places of a zoom before stay until those of the new one are there. */
  #placesLayer(unit: number): Layer {
    const { tiles, filter } = this.#view!;
    const found = tiles.map((tile) => this.places.get(tile)?.value ?? null);
    const from = [unit, filter.classes, ...found];
    const isSame = this.#points?.from.length === from.length && this.#points.from.every((part, i) => part === from[i]);
    const waits = found.includes(null) && this.places.isLoading;
    if (this.#points && (isSame || waits)) return this.#points.layer;
    const shown = placesOf(
      found.flatMap((places) => places ?? []),
      filter.classes,
    );
    this.#points = { from, layer: placesLayer(shown, unit) };
    return this.#points.layer;
  }
}

const clamp = (n: number, low: number, high: number): number => Math.min(high, Math.max(low, n));

const partOf = (picture: ImageData, { from, on }: Drawn<unknown>): ImageData =>
  on.z > from.z ? cropPicture(picture, from, on) : picture;
