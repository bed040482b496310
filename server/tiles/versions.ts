import { SEQ_TOPIC, type Database } from '../db/index.ts';

/** Newest seq that changed each layer, kept up by the relay's notices. */
export interface LayerVersions {
  of(layer: string): number;
  /** Part of every ETag: another city, or the same one loaded anew, shares none with this one. */
  readonly epoch: string;
  refresh(): Promise<void>;
  close(): void;
}

/** Reads the versions and follows them. */
export async function followVersions(db: Database): Promise<LayerVersions> {
  let versions = new Map<string, number>();
  let epoch = '0';
  async function refresh(): Promise<void> {
    const { rows } = await db.query<{ layer: string; seq: number }>('select layer, seq::int from layer_version');
    const city = await db.query<{ epoch: string }>(
      'select (extract(epoch from updated_at) * 1000)::bigint::text as epoch from city',
    );
    versions = new Map(rows.map(({ layer, seq }) => [layer, seq]));
    epoch = Number(city.rows[0]?.epoch ?? 0).toString(36);
  }
  await refresh();
  const stop = db.notices.subscribe(SEQ_TOPIC, () => void refresh().catch(() => undefined));
  return {
    of: (layer) => versions.get(layer) ?? 0,
    get epoch() {
      return epoch;
    },
    refresh,
    close: stop,
  };
}
