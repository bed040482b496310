import type { PickingInfo } from '@deck.gl/core';
import type { Cluster } from './cluster.ts';
import type { ShownPlace } from './places.ts';
import type { MapHit } from './types.ts';

/** What deck found under the pointer; null: nothing of ours. */
export function hitOf(info: PickingInfo): MapHit | null {
  const object: unknown = info.object;
  if (!object) return null;
  if (info.layer?.id === 'cases') {
    const c = object as Cluster;
    if (!c.single) return { kind: 'cluster', n: c.n, green: c.green, yellow: c.yellow, red: c.red, at: [c.lng, c.lat] };
    const { id, light, caseNo, zh, en } = c.single;
    return { kind: 'case', id, light, caseNo, name: { zh, en } };
  }
  const place = object as ShownPlace;
  return 'address' in place ? { kind: 'place', total: place.total, address: place.address } : null;
}
