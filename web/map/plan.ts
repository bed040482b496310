import type { CaseMode, LayerKey, RecordFilter } from '../state/url.ts';
import { RECORD_CLASSES } from '../state/url.ts';

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

/** Which layers a selection shows at a zoom. Places do not know the themes of their records: of a theme the cells are shown. */
export function planLayers(
  layers: readonly LayerKey[],
  cases: CaseView,
  zoom: number,
  theme: string | null = null,
): LayerPlan {
  const close = zoom >= PLACES_FROM_ZOOM;
  return {
    rates: layers.includes('rates'),
    records: layers.includes('density') ? (close && theme === null ? 'places' : 'cells') : null,
    cases: layers.includes('cases') ? cases : null,
    labels: !close,
  };
}

/** The filter of the layer of cases, as in an address. */
export const casesQuery = ({ mode, division }: CaseView): string =>
  `status=${mode}${division === null ? '' : `&division=${division}`}`;

/** The filter of the layer of density, as in an address; '' for all records. */
export function densityQuery({ classes, theme }: RecordFilter): string {
  const parts: string[] = [];
  if (classes.length < RECORD_CLASSES.length) parts.push(`classes=${classes.join(',')}`);
  if (theme !== null) parts.push(`theme=${encodeURIComponent(theme)}`);
  return parts.join('&');
}
