import { type BlockPart, sumBlocks } from '../../tiles/blocks.ts';
import type { Database } from '../db/index.ts';
import { SILENT, type ImportOutput } from '../files/index.ts';
import { listDatasets, type RecordImportOptions } from '../records/index.ts';
import { verifyDensity } from '../verify.ts';
import { collection, feature, scratch, square } from './fixtures.ts';
import { importAddresses, importDivisions, importRecords } from './index.ts';

export const RECORD_MAP = {
  name: 'licences',
  nameZh: '证照',
  nameEn: 'Licences',
  columns: { key: 'id', code: 'address', day: 'day' },
  class: 'government',
};

export const RECORD_HEADER = 'id,address,day,note';

/** Code of the test city's address i. */
export const addressCode = (i: number): string => `地址-${i}`;

/** Lines of records, one after the other on the addresses. */
export function recordLines(from: number, to: number, addresses: number): string {
  const lines: string[] = [];
  for (let i = from; i < to; i++) {
    const day = `2024-0${1 + (i % 9)}-1${i % 10}`;
    lines.push(`k${i},${addressCode((i * 7919) % addresses)},${day},note ${i}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Two districts, and addresses in a row from the one into the other and beyond. */
export async function makeCity(db: Database, addresses: number): Promise<void> {
  const files = scratch();
  const squares = [
    feature({ code: 'west', name: 'West', level: 'district' }, square(123.8, 47.3, 0.1)),
    feature({ code: 'east', name: 'East', level: 'district' }, square(123.9, 47.3, 0.1)),
  ];
  await importDivisions(
    db,
    files.write('two.geojson', collection(...squares)),
    { crs: 'wgs84', replaceDemo: false, rejects: files.at('r.csv') },
    SILENT,
  );
  const lines = Array.from({ length: addresses }, (_, i) => {
    const lng = 123.81 + (0.2 * i) / addresses;
    return `${addressCode(i)},"路 ${i}, 号",${lng.toFixed(6)},${(47.35 + (i % 13) * 0.003).toFixed(6)}`;
  });
  const file = files.write('addresses.csv', `code,address,lng,lat\n${lines.join('\n')}\n`);
  await importAddresses(db, file, { crs: 'wgs84', replaceDemo: false, rejects: files.at('a.csv') }, SILENT);
}

/** Entries of all blocks of all records, as read: folded and not yet folded, by level and block. */
export async function densityAsRead(db: Database): Promise<Record<string, number[]>> {
  const { rows } = await db.query<{ at: string; sign: number; payload: Buffer }>(
    `select level || '/' || block as at, 1 as sign, payload from density where slice = 0
     union all select level || '/' || block, sign, payload from density_delta order by 1`,
  );
  const parts = new Map<string, BlockPart[]>();
  for (const { at, sign, payload } of rows) parts.set(at, [...(parts.get(at) ?? []), { bytes: payload, sign }]);
  const blocks = [...parts].map(([at, of]) => [at, sumBlocks(of)] as const).filter(([, { keys }]) => keys.length > 0);
  return Object.fromEntries(blocks.map(([at, { keys, counts }]) => [at, [...keys, ...counts]]));
}

/** Records that density counts at a level. */
export async function densityTotal(db: Database, level: number): Promise<number> {
  const blocks = await densityAsRead(db);
  return Object.entries(blocks)
    .filter(([at]) => at.startsWith(`${level}/`))
    .reduce((sum, [, values]) => sum + values.slice(values.length / 6).reduce((a, b) => a + b, 0), 0);
}

/** How the tests import: by a mapping that differs from RECORD_MAP in what is given, in several chunks from little data. */
export function recordRunner(db: () => Database, files: ReturnType<typeof scratch>) {
  return {
    run(
      file: string | string[],
      more: Partial<RecordImportOptions> = {},
      map: object = {},
      out: ImportOutput = SILENT,
    ) {
      const mapping = { ...RECORD_MAP, ...map };
      return importRecords(
        db(),
        [file].flat(),
        {
          map: files.write(`${mapping.name}.json`, JSON.stringify(mapping)),
          replaceDemo: false,
          chunkBytes: 20_000,
          ...(Array.isArray(file) ? {} : { rejects: files.at('rejects.csv') }),
          ...more,
        },
        out,
      );
    },
    /** Counts that differ from a recount. */
    exact: async () => (await verifyDensity(db())).different,
    dataset: async (key: string) => (await listDatasets(db())).find((found) => found.key === key),
  };
}
