import type { DivisionValues } from '../divisionProperties.ts';
import { FeatureProblem } from '../geojson.ts';

/** 城市综合网格 with its unit grids, 警格, 责任网格. */
export const GRID_KINDS = ['comprehensive', 'police', 'duty'] as const;
export type GridKind = (typeof GRID_KINDS)[number];
/** Those that lie over the divisions. */
export type OverlayKind = Exclude<GridKind, 'comprehensive'>;

const UNIT_GRID_CODE = /^[0-9A-Z]{15}$/;
const COMMUNITY_CHARS = 12;

/**
 * A unit grid's code has 15 characters (GB/T 30428.1, 47678.3); its community's is the first 12 of them, where the file names no parent.
 * @throws FeatureProblem for another code.
 */
export function checkUnitGrid(values: DivisionValues): DivisionValues {
  if (!UNIT_GRID_CODE.test(values.code)) throw new FeatureProblem('not_a_unit_grid_code', 'code', values.code);
  return { ...values, parentCode: values.parentCode ?? values.code.slice(0, COMMUNITY_CHARS) };
}
