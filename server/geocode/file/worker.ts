import { parentPort, workerData } from 'node:worker_threads';
import { openDatabase, type DatabaseOptions } from '../../db/index.ts';
import { openGeocoder } from '../service/geocoder.ts';
import { geocodeChunk, type FileChunk } from './chunk.ts';

/** Reads the addresses of the city once, then geocodes the chunks that it is sent. */
const db = await openDatabase(workerData as DatabaseOptions);
const geocoder = await openGeocoder(db);
const { rows } = await db.query<{ code: string; id: number }>(
  'select code, id from division where valid_to is null and level <= 4',
);
await db.close();
const divisions = new Map(rows.map(({ code, id }) => [code, id]));
parentPort!.on('message', (chunk: FileChunk) => parentPort!.postMessage(geocodeChunk(geocoder, divisions, chunk)));
parentPort!.postMessage({ version: geocoder.version, addresses: geocoder.base.rows });
