import type { RecordClass } from '../../server/api/shapes.ts';
import { forEachPoint } from './fetchTile.ts';
import { xToLng, yToLat, type TileIndex } from './mercator.ts';
import { RECORD_CLASSES } from '../state/url.ts';

export interface Place {
  lng: number;
  lat: number;
  /** Records of each class, in the order of RECORD_CLASSES. */
  counts: number[];
  address: string;
}

export function decodePlaces({ z, x, y }: TileIndex, bytes: Uint8Array): Place[] {
  const places: Place[] = [];
  forEachPoint(bytes, 'places', (px, py, p) => {
    places.push({
      lng: xToLng((x + px) / 2 ** z),
      lat: yToLat((y + py) / 2 ** z),
      counts: RECORD_CLASSES.map((name) => Number(p[name] ?? 0)),
      address: String(p['address'] ?? ''),
    });
  });
  return places;
}

/** A place with its records of the classes that are shown. */
export interface ShownPlace extends Place {
  total: number;
}

/** Places that hold records of some classes. */
export function placesOf(places: readonly Place[], classes: readonly RecordClass[]): ShownPlace[] {
  const counted = RECORD_CLASSES.map((name) => classes.includes(name));
  const all = classes.length === RECORD_CLASSES.length;
  return places
    .map((place) => ({ ...place, total: place.counts.reduce((sum, n, i) => sum + (counted[i] ? n : 0), 0) }))
    .filter(({ total }) => all || total > 0);
}
