/** min_zoom of a place that is not ranked yet: shown at no zoom until it is. */
export const UNRANKED = 99;

/** Columns of a new place, for insertRows. */
export const PLACE_COLUMNS = [
  ['cell', 'bigint'],
  ['n', 'int'],
  ['dataset_id', 'int'],
  ['division_id', 'int'],
  ['geom', 'geometry'],
  ['address', 'text'],
  ['code', 'text'],
  ['rank', 'real'],
  ['level', 'text'],
  ['confidence', 'real'],
  ['min_zoom', 'smallint'],
  ['elements', 'jsonb'],
  ['aliases', 'jsonb'],
  ['people', 'int'],
  ['houses', 'int'],
  ['units', 'int'],
  ['visited_at', 'timestamptz'],
] as const;
