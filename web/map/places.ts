import { xToLng, yToLat, type TileIndex } from './mercator.ts';
import { placesTile } from './plan.ts';
import { forEachPoint, readTile } from './readTile.ts';

export interface Place {
  lng: number;
  lat: number;
  total: number;
  address: string;
}

export async function loadPlaces({ z, x, y }: TileIndex, signal?: AbortSignal): Promise<Place[]> {
  const tile = await readTile(placesTile(z, x, y), signal, true);
  const places: Place[] = [];
  forEachPoint(tile?.layers['places'], (px, py, p) => {
    places.push({
      lng: xToLng((x + px) / 2 ** z),
      lat: yToLat((y + py) / 2 ** z),
      total: Number(p['total'] ?? 0),
      address: String(p['address'] ?? ''),
    });
  });
  return places;
}
