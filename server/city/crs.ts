import gcoordModule from 'gcoord';
import type { CrsName } from '../api/shapes.ts';

/** Its types describe the build for bundlers, whose default export is what Node gets as the whole module. */
const gcoord = gcoordModule as unknown as typeof gcoordModule.default;

const GCOORD = { gcj02: gcoord.GCJ02, bd09: gcoord.BD09 } as const;

/**
 * A position as WGS 84. CGCS2000 differs from it by centimetres and is taken as it is; GCJ-02 and BD-09 are shifted only inside
 * China, where alone they are used.
 * @returns degrees; the way there and back is right to half a metre, most of it to a centimetre.
 */
export function toWgs84(crs: CrsName, lng: number, lat: number): [lng: number, lat: number] {
  if (crs === 'wgs84' || crs === 'cgcs2000') return [lng, lat];
  const [x, y] = gcoord.transform([lng, lat] as [number, number], GCOORD[crs], gcoord.WGS84);
  return [x, y];
}
