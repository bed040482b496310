import { BLOCK_WIDTH, type Block } from '../../tiles/blocks.ts';
import { encodePointLayers, cellsToTileXY, type Column } from '../../tiles/mvt.ts';
import { encodeCell } from '../../tiles/morton.ts';
import { densityLevel, MAX_DENSITY_LEVEL } from '../../tiles/plan.ts';
import { badRequest } from '../errors.ts';
import { CLASS_COLUMNS, findSlice, readBlock } from '../records/index.ts';
import type { TileLayer } from './layers.ts';
import { unknownFilter } from './query.ts';

const COLUMNS: Column[] = [
  ...CLASS_COLUMNS.map((name) => ({ name, type: 'uint' as const })),
  { name: 'total', type: 'uint' },
];
const FIELDS = Object.fromEntries(COLUMNS.map(({ name }) => [name, 'Number']));

/** classes=a,b · theme=… · dataset=…: the last two name one slice, so only one of them. */
function parseFilter(query: Record<string, string>): string {
  const canonical = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (key === 'classes') {
      const asked = value.split(',');
      const wrong = asked.find((name) => !CLASS_COLUMNS.some((known) => known === name));
      if (wrong !== undefined) throw badRequest(key, value, `some of ${CLASS_COLUMNS.join(', ')}, with commas between`);
      const classes = CLASS_COLUMNS.filter((name) => asked.includes(name));
      if (classes.length < CLASS_COLUMNS.length) canonical.set(key, classes.join(','));
    } else if (key === 'theme' || key === 'dataset') {
      if (value.length === 0 || value.length > 100) throw badRequest(key, value, '1 to 100 characters');
      canonical.set(key, value);
    } else throw unknownFilter(key, value, 'classes, theme or dataset');
  }
  if (canonical.has('theme') && canonical.has('dataset'))
    throw badRequest('dataset', canonical.get('dataset') ?? '', 'either a theme or a dataset');
  canonical.sort();
  return canonical.toString();
}

/** Rows of a block: its five counts, those of other classes left out, and their sum. */
function toRows(
  { keys, counts }: Block,
  classes: readonly string[] | null,
): { keys: number[]; rows: (number | null)[][] } {
  const wanted = CLASS_COLUMNS.map((name) => classes === null || classes.includes(name));
  const kept: number[] = [];
  const rows: (number | null)[][] = [];
  for (let i = 0; i < keys.length; i++) {
    const row: (number | null)[] = [];
    let total = 0;
    for (let c = 0; c < BLOCK_WIDTH; c++) {
      const count = counts[i * BLOCK_WIDTH + c]!;
      row.push(wanted[c] ? count : null);
      if (wanted[c]) total += count;
    }
    if (total === 0) continue;
    row.push(total);
    kept.push(keys[i]!);
    rows.push(row);
  }
  return { keys: kept, rows };
}

/** Records by cell: one point at the centre of each cell that holds any, 64 x 64 cells a tile. */
export const densityLayer: TileLayer = {
  name: 'density',
  minZoom: 0,
  maxZoom: 14,
  vectorLayers: [
    { id: 'density', description: 'Records by cell and class 数据密度', minzoom: 0, maxzoom: 14, fields: FIELDS },
  ],
  parseQuery: parseFilter,
  async read({ db, signal }, tile, query) {
    const filter = new URLSearchParams(query);
    const slice = await findSlice(db, { theme: filter.get('theme'), dataset: filter.get('dataset') });
    const level = densityLevel(tile.z) ?? MAX_DENSITY_LEVEL;
    const block = await readBlock(db, { level, block: encodeCell(tile.x, tile.y).toString() }, slice, signal);
    const { keys, rows } = toRows(block, filter.get('classes')?.split(',') ?? null);
    const { xs, ys } = cellsToTileXY(keys, tile.z, level);
    return encodePointLayers([{ name: 'density', columns: COLUMNS, rows, xs, ys }]);
  },
};
