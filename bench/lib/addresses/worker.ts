/** A thread of the batch bench: the made-up city's addresses in place of a database's; the rest is the product's. */
import { parentPort, workerData } from 'node:worker_threads';
import { AddressBase, geocodeChunk, Matcher, type FileChunk, type WorkerReady } from '../../../server/geocode/index.ts';
import { buildAddressCity, standardText } from './city.ts';

const { seed, size } = workerData as { seed: number; size: number };

function build(): AddressBase {
  const { divisions, addresses } = buildAddressCity(seed, size, true);
  const base = new AddressBase({ divisions });
  for (const a of addresses.slice(0, size))
    base.add({ code: a.code, text: standardText(a), lng: a.lng, lat: a.lat, divisionId: a.divisionId });
  return base;
}

const base = build();
const matcher = new Matcher(base);
const answering = { base, match: matcher.match.bind(matcher) };
parentPort!.on('message', (chunk: FileChunk) =>
  parentPort!.postMessage(geocodeChunk(answering, new Map<string, number>(), chunk)),
);
const ready: WorkerReady = { version: base.version, addresses: base.rows };
parentPort!.postMessage(ready);
