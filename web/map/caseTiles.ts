import type { Light } from '../../server/api/shapes.ts';
import type { CasePoint } from './cluster.ts';
import { tilesOf, xToLng, yToLat, type TileIndex } from './mercator.ts';
import { casesTile, type CaseView } from './plan.ts';
import { forEachPoint, readTile } from './readTile.ts';
import type { Bbox } from './types.ts';

const MAX_ZOOM = 20;
const LIGHTS: readonly string[] = ['green', 'yellow', 'red'];

interface Entry {
  points: CasePoint[];
  /** The version of the cases when it was fetched. */
  version: number;
}

/**
 * The tiles of cases in view. A tile stays as it was until its next version is there, so that a refetch never blinks;
 * what is out of view is forgotten when there is too much of it.
 */
export class CaseTiles {
  #entries = new Map<string, Entry>();
  #pending = new Set<string>();
  #abort = new AbortController();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  get isLoading(): boolean {
    return this.#pending.size > 0;
  }

  /** Asks for what is missing or older than `version`; onChange is called when the last of it has come. */
  want(bbox: Bbox, zoom: number, view: CaseView, version: number): void {
    for (const tile of tilesOf(bbox, tileZoom(zoom))) {
      const key = keyOf(view, tile);
      const entry = this.#entries.get(key);
      if (this.#pending.has(key) || (entry && entry.version >= version)) continue;
      this.#pending.add(key);
      void this.#load(key, tile, view, version);
    }
  }

  /** What is known of a view, and whether that is all of it. */
  points(bbox: Bbox, zoom: number, view: CaseView): { points: CasePoint[]; complete: boolean } {
    const points: CasePoint[] = [];
    let complete = true;
    for (const tile of tilesOf(bbox, tileZoom(zoom))) {
      const entry = this.#entries.get(keyOf(view, tile));
      if (entry) points.push(...entry.points);
      else complete = false;
    }
    return { points, complete };
  }

  destroy(): void {
    this.#abort.abort();
    this.#entries.clear();
  }

  async #load(key: string, tile: TileIndex, view: CaseView, version: number): Promise<void> {
    try {
      const points = await fetchPoints(tile, view, this.#abort.signal);
      this.#entries.delete(key);
      this.#entries.set(key, { points, version });
      for (const old of this.#entries.keys()) {
        if (this.#entries.size <= 300) break;
        this.#entries.delete(old);
      }
    } catch {
      // Kept as it was; the next version or view asks again.
    } finally {
      this.#pending.delete(key);
      if (this.#pending.size === 0 && !this.#abort.signal.aborted) this.#onChange();
    }
  }
}

export const tileZoom = (zoom: number): number => Math.min(MAX_ZOOM, Math.max(0, Math.round(zoom)));
const keyOf = (view: CaseView, { z, x, y }: TileIndex): string => casesTile(view, z, x, y);

async function fetchPoints({ z, x, y }: TileIndex, view: CaseView, signal: AbortSignal): Promise<CasePoint[]> {
  const tile = await readTile(casesTile(view, z, x, y), signal, true);
  const points: CasePoint[] = [];
  forEachPoint(tile?.layers['cases'], (px, py, p) => {
    const at = { lng: xToLng((x + px) / 2 ** z), lat: yToLat((y + py) / 2 ** z) };
    // A cell of one that is long closed is told as a count, too.
    if (p['n'] !== undefined) {
      const n = Number(p['n']);
      const count = (light: string): number => Number(p[light] ?? 0);
      points.push({ ...at, n, green: count('green'), yellow: count('yellow'), red: count('red'), single: null });
      return;
    }
    const light = lightNow(p);
    const one = (name: Light): number => (light === name ? 1 : 0);
    const single = {
      id: Number(p['id']),
      light,
      caseNo: String(p['case_no'] ?? ''),
      zh: String(p['category_zh'] ?? ''),
      en: String(p['category_en'] ?? ''),
    };
    points.push({ ...at, n: 1, green: one('green'), yellow: one('yellow'), red: one('red'), single });
  });
  return points;
}

function lightNow(p: Record<string, number | string | boolean>): Light | null {
  const light = String(p['light'] ?? '');
  return LIGHTS.includes(light) ? (light as Light) : null;
}
