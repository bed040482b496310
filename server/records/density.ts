import { codeOfTile, coarsenCodes } from '../../tiles/codes.ts';
import { sumBlocks, type Block, type BlockPart } from '../../tiles/blocks.ts';
import { decodeCell } from '../../tiles/morton.ts';
import { PLACE_BLOCK_ZOOM, PLACE_LEVEL, type PyramidBlock } from '../../tiles/pyramid.ts';
import { CopyRows, type Database, type Queryable } from '../db/index.ts';

/** The five classes as columns, in order: the order of counts in a block. */
export const CLASS_COLUMNS = ['government', 'industry', 'supply_chain', 'governance', 'sensing'] as const;

/** All records. */
export const ALL_SLICE: Slice = { id: 0, datasetIds: null };
/** Layers that a change of records changes. */
export const RECORD_LAYERS = ['density', 'places'];
/** Dirty codes told of one change: more are taken together. */
const MAX_DIRTY = 200;

/** Of which records density is asked. */
export interface Slice {
  id: number;
  /** Datasets in it; null: all. */
  datasetIds: number[] | null;
}

type PartRow = [payload: Buffer, sign: number];

const DELTAS = `select payload, sign::int from density_delta where level = $1::smallint and block = $2::bigint`;
const READ_ALL = `select payload, 1 from density where slice = 0 and level = $1::smallint and block = $2::bigint
  union all ${DELTAS}`;
const READ_SLICE = `select payload, 1 from density where slice = $3::int and level = $1::smallint and block = $2::bigint
  union all ${DELTAS} and dataset_id = any($4::int[])`;

/**
 * One block as it stands: folded and not yet folded, in one statement.
 * @param level 6 to 20, or 31 for places. @param block key of its tile, as text.
 */
export async function readBlock(
  db: Pick<Database, 'read'>,
  { level, block }: { level: number; block: string },
  slice: Slice = ALL_SLICE,
  signal?: AbortSignal,
): Promise<Block> {
  const rows =
    slice.datasetIds === null
      ? await db.read<PartRow>('density', READ_ALL, [level, block], signal)
      : await db.read<PartRow>('density_slice', READ_SLICE, [level, block, slice.id, slice.datasetIds], signal);
  return sumBlocks(rows.map(([bytes, sign]): BlockPart => ({ bytes, sign })));
}

/**
 * Several blocks of one level as they stand, of all records, in one statement.
 * @returns by key of their tile; a block without records is not in it.
 */
export async function readBlocks(
  db: Pick<Database, 'read'>,
  level: number,
  blocks: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, Block>> {
  const rows = await db.read<[block: string, ...PartRow]>(
    'density_blocks',
    `select block::text, payload, 1 from density where slice = 0 and level = $1::smallint and block = any($2::bigint[])
     union all
     select block::text, payload, sign::int from density_delta where level = $1::smallint and block = any($2::bigint[])`,
    [level, blocks],
    signal,
  );
  const parts = new Map<string, BlockPart[]>();
  for (const [block, bytes, sign] of rows) parts.set(block, [...(parts.get(block) ?? []), { bytes, sign }]);
  return new Map([...parts].map(([block, some]) => [block, sumBlocks(some)]));
}

/** Appends what a transaction adds to the density of a dataset; sign -1: takes away from it. */
export async function appendDensity(
  client: Queryable,
  datasetId: number,
  blocks: readonly PyramidBlock[],
  sign: 1 | -1 = 1,
): Promise<void> {
  if (blocks.length === 0) return;
  if (client.copy) {
    const rows = encodeDeltas(datasetId, blocks, sign);
    await client.copy.in(
      'copy density_delta (dataset_id, sign, level, block, payload) from stdin (format binary)',
      rows.parts(),
    );
    return;
  }
  await client.query(
    `insert into density_delta (dataset_id, sign, level, block, payload)
     select $1::int, $5::smallint, level, block, payload from unnest($2::smallint[], $3::bigint[], $4::bytea[]) as b (level, block, payload)`,
    [datasetId, blocks.map((b) => b.level), blocks.map((b) => b.block), blocks.map((b) => Buffer.from(b.bytes)), sign],
  );
}

/** Rows for COPY: half the bytes of parameters, which carry a payload as hexadecimal text. */
function encodeDeltas(datasetId: number, blocks: readonly PyramidBlock[], sign: number): CopyRows {
  const rows = new CopyRows(blocks.reduce((sum, { bytes }) => sum + bytes.length + 48, 0));
  for (const { level, block, bytes } of blocks) {
    rows.row(5);
    rows.int4(datasetId);
    rows.int2(sign);
    rows.int2(level);
    rows.int8(block);
    rows.bytes(bytes);
  }
  return rows;
}

/** Locational codes of what blocks cover: their tiles of zoom 14, taken together where they are many. */
export function dirtyCodes(blocks: readonly PyramidBlock[]): number[] {
  const codes = blocks
    .filter(({ level }) => level === PLACE_LEVEL)
    .map(({ block }) => {
      const [x, y] = decodeCell(BigInt(block));
      return codeOfTile({ z: PLACE_BLOCK_ZOOM, x, y });
    });
  return coarsenCodes(codes, MAX_DIRTY);
}
