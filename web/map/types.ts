import type { Light } from '../../server/api/shapes.ts';
import type { Lang } from '../i18n/translate.ts';
import type { ChangeLog } from '../state/changes.ts';
import type { CaseMode, GridKey, LayerKey, RecordFilter } from '../state/url.ts';

export type Bbox = readonly [west: number, south: number, east: number, north: number];

/** A division as the map draws it: coloured, and named where there is room. */
export interface MapDivision {
  id: number;
  name: string;
  /** Second line of the label, as shown elsewhere ("99.64%"). */
  figure: string;
  /** CSS colour of its rate. */
  color: string;
  label: readonly [lng: number, lat: number];
  /** Who keeps their label where two would overlap: the larger. */
  weight: number;
}

/** What the map is to show. Given whole each time; the map finds out what changed. */
export interface MapState {
  layers: readonly LayerKey[];
  caseMode: CaseMode;
  records: RecordFilter;
  grids: GridKey | null;
  components: boolean;
  lang: Lang;
  /** From the district down to the chosen division; empty for the whole city. */
  path: readonly number[];
  /** The divisions below the chosen one. */
  divisions: readonly MapDivision[];
  highlighted: number | null;
  /** Grows when everything is another (another city, new boundaries): all is asked for again. */
  dataVersion: number;
}

export type MapHit =
  | { kind: 'division'; id: number; name: { zh: string; en: string } }
  | { kind: 'case'; id: number; light: Light | null; name: { zh: string; en: string }; caseNo: string }
  | { kind: 'cluster'; n: number; green: number; yellow: number; red: number; at: [number, number] }
  | { kind: 'grid'; name: { zh: string; en: string }; code: string; grids: GridKey }
  | { kind: 'component'; name: string; code: string }
  | { kind: 'place'; total: number; address: string };

export interface MapHover {
  hit: MapHit;
  x: number;
  y: number;
}

/** What the legend and the scale bar tell of the camera. */
export interface MapView {
  zoom: number;
  densityTop: number | null;
  /** The server is still making the density that is asked for. */
  isBuilding: boolean;
  /** On the ground at the middle of the map. */
  kmPerPixel: number | null;
}

export interface MapOptions {
  extent: Bbox;
  state: MapState;
  /** What changed on the map, as it comes. */
  changes: ChangeLog;
  motion: boolean;
  label: string;
  onHover: (hover: MapHover | null) => void;
  onClick: (hit: MapHit) => void;
  /** Nothing more is being fetched or moving. */
  onIdle: () => void;
  onView: (view: MapView) => void;
  /** The graphics were taken away (driver reset); mount again. */
  onLost: () => void;
}

export interface MapHandle {
  setLayers: (state: MapState) => void;
  fit: (bbox: Bbox) => void;
  zoomBy: (steps: number) => void;
  flyTo: (at: readonly [number, number], zoomBy: number) => void;
  pulse: (lng: number, lat: number, light: Light | null) => void;
  destroy: () => void;
}

/** The device cannot show a map. */
export class NoWebGl extends Error {}
