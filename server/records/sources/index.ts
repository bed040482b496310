import type { CrsName } from '../../api/shapes.ts';
import { readStart } from '../../files/index.ts';
import { openCsvSource } from './csvSource.ts';
import { openGeoJsonSource } from './geoJsonSource.ts';
import { openOsmSource } from './osmSource.ts';
import type { RowSource } from './source.ts';

export { openOsmSource };
export * from './readPosition.ts';
export * from './source.ts';

const BRACE = /^\uFEFF?\s*\{/;

/** A file of rows: GeoJSON where it begins like it, else CSV. @throws HekanError('bad_request') that names the file. */
export function openSource(path: string, crs: CrsName): RowSource {
  const { start } = readStart(path);
  return BRACE.test(new TextDecoder().decode(start)) ? openGeoJsonSource(path, crs) : openCsvSource(path);
}
