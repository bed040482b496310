import type { CrsName } from '../api/shapes.ts';
import type { Queryable } from '../db/index.ts';
import { HekanError } from '../errors.ts';
import type { Findings, ImportOutput, RejectsFile } from '../files/index.ts';
import type { Repair } from './divisionReport.ts';
import {
  mapProperties,
  readProperties,
  type DivisionValues,
  type PropertyMap,
  type PropertyOptions,
} from './divisionProperties.ts';
import type { NewDivision } from './divisionWrite.ts';
import {
  FeatureProblem,
  OUT_OF_RANGE,
  readGeoJson,
  readGeometry,
  type RawFeature,
  type ReadGeometry,
} from './geojson.ts';
import { checkShapes, type CheckedShape } from './shapeCheck.ts';

export interface ReadDivisions {
  divisions: NewDivision[];
  features: number;
  sha256: string;
  properties: PropertyMap;
  repaired: Repair[];
}

interface Candidate {
  feature: RawFeature;
  values: DivisionValues;
  read: ReadGeometry;
}

/** How divisions are read. */
export interface ReadOptions extends PropertyOptions {
  /** What the file's coordinates are; never guessed. */
  crs: CrsName;
  /** What else must be true of one. @throws FeatureProblem where it is not. */
  check?: ((values: DivisionValues) => DivisionValues) | undefined;
}

/** Features whose properties and coordinates can be read; the others go to the rejects. */
function readCandidates(
  features: RawFeature[],
  map: PropertyMap,
  { crs, check = (values) => values }: ReadOptions,
  reject: (feature: RawFeature, problem: FeatureProblem) => void,
) {
  const first = new Map<string, number>();
  const candidates: Candidate[] = [];
  const outOfRange: [RawFeature, FeatureProblem][] = [];
  for (const feature of features) {
    try {
      const values = check(readProperties(feature, map));
      const before = first.get(values.code);
      if (before !== undefined) {
        throw new FeatureProblem('duplicate_code', map.code ?? 'id', `${values.code}, first at feature ${before}`);
      }
      const read = readGeometry(feature.geometry, crs);
      first.set(values.code, feature.number);
      candidates.push({ feature, values, read });
    } catch (error) {
      if (!(error instanceof FeatureProblem)) throw error;
      if (error.reason === OUT_OF_RANGE) outOfRange.push([feature, error]);
      else reject(feature, error);
    }
  }
  const [bad] = outOfRange;
  if (bad && outOfRange.length > candidates.length) {
    throw new HekanError(
      'bad_request',
      `feature ${bad[0].number}: coordinates ${bad[1].value} are not [lng, lat] in degrees (and so in ${outOfRange.length} of ` +
        `${features.length} features): they are projected, or latitude stands first; convert the file to degrees first, e.g. ` +
        'ogr2ogr -t_srs EPSG:4326 out.geojson in.geojson',
      { field: `features[${bad[0].number - 1}].geometry.coordinates`, given: bad[1].value },
    );
  }
  for (const [feature, problem] of outOfRange) reject(feature, problem);
  return candidates;
}

function repairOf({ feature, values, read }: Candidate, shape: CheckedShape): Repair | null {
  const open =
    read.closedRings > 0
      ? `${read.closedRings} ${read.closedRings === 1 ? 'ring was' : 'rings were'} not closed`
      : null;
  const reason = [open, shape.invalidReason].filter((part) => part !== null).join('; ');
  if (reason === '') return null;
  const { areaKm2, givenAreaKm2 } = shape;
  const measured = shape.invalidReason !== null && Number.isFinite(givenAreaKm2) && givenAreaKm2 > 0;
  return {
    feature: feature.number,
    code: values.code,
    name: values.nameZh,
    reason,
    areaKm2,
    areaChangePercent: measured ? (100 * (areaKm2 - givenAreaKm2)) / givenAreaKm2 : null,
  };
}

/** In Chinese codes the parent's is the prefix. That is checked, not relied on. */
function checkPrefix({ feature, values }: Candidate, warnings: Findings): void {
  const { code, parentCode } = values;
  if (parentCode === null || !/^\d{6}(\d{3}){0,2}$/.test(code) || !/^\d{6}(\d{3}){0,2}$/.test(parentCode)) return;
  const prefix = code.length === 6 ? code.slice(0, 4) : code.slice(0, -3);
  if (!parentCode.startsWith(prefix))
    warnings.add('code_without_its_parents_prefix', feature.number, `${code}, parent ${parentCode}`);
}

/**
 * Reads and checks all divisions of a file, writing nothing to the database.
 * @throws HekanError('bad_request') where nothing of it can be taken.
 */
export async function readDivisions(
  client: Queryable,
  file: string,
  options: ReadOptions,
  { rejects, warnings, out }: { rejects: RejectsFile; warnings: Findings; out: ImportOutput },
): Promise<ReadDivisions> {
  const { features, sha256 } = readGeoJson(file, options.crs);
  const properties = mapProperties(features, options);
  const reject = ({ number, ...raw }: RawFeature, { reason, field, value }: FeatureProblem) =>
    rejects.add({ line: number, reason, field, value, raw: JSON.stringify(raw) });
  const candidates = readCandidates(features, properties, options, reject);
  const shapes = await checkShapes(
    client,
    candidates.map(({ read }) => read.geometry),
    (done) => out.progress(done, features.length, 'shapes checked'),
  );
  const levels = new Map(candidates.map(({ values }) => [values.code, values.level]));
  const divisions: NewDivision[] = [];
  const repaired: Repair[] = [];
  for (const [i, candidate] of candidates.entries()) {
    const shape = shapes[i];
    if (!shape?.ewkb || !(shape.areaKm2 > 0)) {
      reject(
        candidate.feature,
        new FeatureProblem('no_area_left', 'geometry', shape?.invalidReason ?? 'its area is 0'),
      );
      continue;
    }
    const { level, parentCode } = candidate.values;
    if (parentCode !== null && (levels.get(parentCode) ?? 0) >= level) {
      reject(
        candidate.feature,
        new FeatureProblem('parent_not_above', 'parent', `${parentCode}, at level ${levels.get(parentCode)}`),
      );
      continue;
    }
    const repair = repairOf(candidate, shape);
    if (repair) repaired.push(repair);
    checkPrefix(candidate, warnings);
    divisions.push({ ...candidate.values, number: candidate.feature.number, ewkb: shape.ewkb });
  }
  if (divisions.length === 0) {
    const reasons = Object.entries(rejects.byReason()).map(([reason, n]) => `${n} ${reason.replaceAll('_', ' ')}`);
    throw new HekanError(
      'bad_request',
      `file: none of the ${features.length} features of ${file} can be taken: ${reasons.join(', ')}; which and why: ${rejects.path}`,
      {
        field: 'file',
        given: file,
      },
    );
  }
  return { divisions, features: features.length, sha256, properties, repaired };
}
