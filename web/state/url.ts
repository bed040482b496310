import type { RecordClass } from '../../server/api/shapes.ts';
import { THEME_KEYS, type ThemeKey } from '../charts/divisionTheme.ts';
import type { Lang } from '../i18n/translate.ts';

export const LAYER_KEYS = ['rates', 'density', 'cases'] as const;
export type LayerKey = (typeof LAYER_KEYS)[number];
/** Grids that lie over the map, one kind at a time. */
export const GRID_KEYS = ['comprehensive', 'proposed', 'police', 'duty'] as const;
export type GridKey = (typeof GRID_KEYS)[number];
/** What the divisions are coloured by. */
export const COLOUR_KEYS = ['completion', ...THEME_KEYS] as const;
export type ColourKey = 'completion' | ThemeKey;
export type CaseMode = 'open' | 'all';
export const RECORD_CLASSES: readonly RecordClass[] = [
  'government',
  'industry',
  'supply_chain',
  'governance',
  'sensing',
];

/** Which records the density on the map counts. */
export interface RecordFilter {
  /** In the order of RECORD_CLASSES; never none. */
  classes: readonly RecordClass[];
  /** null: of every theme. */
  theme: string | null;
}

/** What a wall shows; the whole of it is in the address, so that a link or a reload brings it back. */
export interface Selection {
  /** null: the whole city. */
  division: number | null;
  layers: readonly LayerKey[];
  caseMode: CaseMode;
  records: RecordFilter;
  colour: ColourKey;
  /** null: none. */
  grids: GridKey | null;
  components: boolean;
  lang: Lang;
  /** false: nothing moves (screenshots). */
  motion: boolean;
}

export const DEFAULT_SELECTION: Selection = {
  division: null,
  layers: LAYER_KEYS,
  caseMode: 'open',
  records: { classes: RECORD_CLASSES, theme: null },
  colour: 'completion',
  grids: null,
  components: false,
  lang: 'zh',
  motion: true,
};

/** Reads an address; what it does not understand is as if it were not there. */
export function parseSelection(search: string): Selection {
  const query = new URLSearchParams(search);
  const division = query.get('division') ?? '';
  const layers = query.get('layers');
  return {
    division: /^[1-9]\d{0,14}$/.test(division) ? Number(division) : null,
    layers: layers === null ? LAYER_KEYS : LAYER_KEYS.filter((key) => layers.split(',').includes(key)),
    caseMode: query.get('cases') === 'all' ? 'all' : 'open',
    records: { classes: parseClasses(query.get('classes')), theme: parseTheme(query.get('theme')) },
    colour: COLOUR_KEYS.find((key) => key === query.get('colour')) ?? 'completion',
    grids: GRID_KEYS.find((key) => key === query.get('grids')) ?? null,
    components: query.get('components') === 'on',
    lang: query.get('lang') === 'en' ? 'en' : 'zh',
    motion: query.get('motion') !== 'off',
  };
}

function parseClasses(text: string | null): readonly RecordClass[] {
  const asked = text?.split(',') ?? [];
  const known = RECORD_CLASSES.filter((name) => asked.includes(name));
  return known.length > 0 ? known : RECORD_CLASSES;
}

const parseTheme = (text: string | null): string | null => (text !== null && /^.{1,100}$/u.test(text) ? text : null);

/** The shortest address of a selection: what is as usual is left out. "" for the usual wall. */
export function formatSelection(selection: Selection): string {
  const query = new URLSearchParams();
  if (selection.division !== null) query.set('division', String(selection.division));
  if (selection.layers.length < LAYER_KEYS.length) query.set('layers', selection.layers.join(','));
  if (selection.caseMode === 'all') query.set('cases', 'all');
  const { classes, theme } = selection.records;
  if (classes.length < RECORD_CLASSES.length) query.set('classes', classes.join(','));
  if (theme !== null) query.set('theme', theme);
  if (selection.colour !== 'completion') query.set('colour', selection.colour);
  if (selection.grids !== null) query.set('grids', selection.grids);
  if (selection.components) query.set('components', 'on');
  if (selection.lang === 'en') query.set('lang', 'en');
  if (!selection.motion) query.set('motion', 'off');
  const text = query.toString().replaceAll('%2C', ',');
  return text === '' ? '' : `?${text}`;
}
