import type { Light } from '../../server/api/shapes.ts';
import type { CasePoint } from './cluster.ts';
import { forEachPoint } from './fetchTile.ts';
import { xToLng, yToLat, type TileIndex } from './mercator.ts';

const MAX_ZOOM = 20;
const LIGHTS: readonly string[] = ['green', 'yellow', 'red'];

/** Zoom of the tiles of cases that a camera's zoom shows. */
export const caseZoom = (zoom: number): number => Math.min(MAX_ZOOM, Math.max(0, Math.round(zoom)));

export function decodeCases({ z, x, y }: TileIndex, bytes: Uint8Array): CasePoint[] {
  const points: CasePoint[] = [];
  forEachPoint(bytes, 'cases', (px, py, p) => {
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
