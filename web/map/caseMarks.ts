import { caseZoom, decodeCases } from './caseTiles.ts';
import { clusterCases, type CasePoint, type Cluster } from './cluster.ts';
import { tilesOf } from './mercator.ts';
import { casesQuery, type CaseView } from './plan.ts';
import { TileStore, type TileStoreOptions } from './tileStore.ts';
import type { Bbox } from './types.ts';

/** Cases on the map, joined where their marks would overlap. */
export class CaseMarks {
  readonly store: TileStore<CasePoint[]>;
  #clusters: readonly Cluster[] = [];
  /** What the clusters were made of. */
  #from: readonly unknown[] = [];

  constructor({ newest, onChange }: Pick<TileStoreOptions<never>, 'newest' | 'onChange'>) {
    this.store = new TileStore({ layer: 'cases', decode: decodeCases, keep: 300, newest, onChange });
  }

  /** What is in view; null: no cases. */
  want(bbox: Bbox, zoom: number, view: CaseView | null): void {
    this.store.want(view ? tilesOf(bbox, caseZoom(zoom)) : [], view ? casesQuery(view) : '');
  }

  /** The marks of a view as far as they are known, the same array as long as nothing changed. While tiles of a new zoom are on their
   * way the old ones stay.
   * @param unit px of one rem. */
  clusters(bbox: Bbox, zoom: number, view: CaseView, unit: number): readonly Cluster[] {
    const query = casesQuery(view);
    const found = tilesOf(bbox, caseZoom(zoom)).map((tile) => this.store.get(tile, query)?.value ?? null);
    const from = [zoom, unit, ...found];
    const isSame = from.length === this.#from.length && from.every((part, i) => part === this.#from[i]);
    if (isSame || (found.includes(null) && this.store.isLoading)) return this.#clusters;
    this.#from = from;
    this.#clusters = clusterCases(
      found.flatMap((points) => points ?? []),
      zoom,
      unit,
    );
    return this.#clusters;
  }
}
