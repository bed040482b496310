import type { CaseMode, LayerKey } from '../state/url.ts';

/** From this zoom on, density gives way to the places themselves. */
export const PLACES_FROM_ZOOM = 14.5;

/** Which cases: of a division with all below it, or of the whole city. */
export interface CaseView {
  mode: CaseMode;
  division: number | null;
}

export interface LayerPlan {
  rates: boolean;
  /** Cells of the density grid, or single places; null: neither. */
  records: 'cells' | 'places' | null;
  cases: CaseView | null;
  /** Names stand down where single places are read. */
  labels: boolean;
}

/** Which layers a selection shows at a zoom. */
export function planLayers(layers: readonly LayerKey[], cases: CaseView, zoom: number): LayerPlan {
  const close = zoom >= PLACES_FROM_ZOOM;
  return {
    rates: layers.includes('rates'),
    records: layers.includes('density') ? (close ? 'places' : 'cells') : null,
    cases: layers.includes('cases') ? cases : null,
    labels: !close,
  };
}

export const casesTile = ({ mode, division }: CaseView, z: number, x: number, y: number): string =>
  `/tiles/cases/${z}/${x}/${y}.mvt?status=${mode}${division === null ? '' : `&division=${division}`}`;
export const densityTile = (z: number, x: number, y: number): string => `/tiles/density/${z}/${x}/${y}.mvt`;
export const placesTile = (z: number, x: number, y: number): string => `/tiles/places/${z}/${x}/${y}.mvt`;
