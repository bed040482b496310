/** Everything that hangs on datasets: emptied as a whole where all of it is the demonstration's. */
export const CITY_TABLES = [
  'step',
  'unsealed',
  'attachment',
  'seal_head',
  'seal',
  'time_limit',
  'cases',
  'case_was',
  'score_scheme',
  'tally',
  'tally_delta',
  'place',
  'geocode_alias',
  'geocode_unmatched',
  'density',
  'density_delta',
  'slice',
  'record_count',
  'record_count_delta',
  'division',
  'base_feature',
  'category',
  'department',
  'source',
  'dataset',
];

/** Tile layers that show any of it. */
export const ALL_LAYERS = ['divisions', 'grids', 'base', 'density', 'places', 'cases'];
