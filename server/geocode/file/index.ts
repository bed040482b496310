export { geocodeChunk, type Answering, type FileChunk } from './chunk.ts';
export { geocodeFile, geocodeThrough, type GeocodeFileOptions, type GeocodeFileReport } from './geocodeFile.ts';
export { GeocodePool, type WorkerReady } from './pool.ts';
