export { geocodeFile, type GeocodeFileOptions, type GeocodeFileReport } from './geocodeFile.ts';
