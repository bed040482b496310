/** encodePointLayers against @maplibre/vt-pbf on the three kinds of point tile. Both start from the same array-mode rows;
 * `ready` leaves out of vt-pbf's time the making of the objects that it reads. Alternating rounds, medians.
 * Run: node bench/encode.ts (writes bench/results/encode.json). */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { VectorTile } from '@mapbox/vector-tile';
import { fromGeojsonVt } from '@maplibre/vt-pbf';
import { PbfReader } from 'pbf';
import { cellsToTileXY, encodePointLayers } from '../tiles/mvt.ts';
import type { Column } from '../tiles/mvt.ts';

type Row = (number | string | null)[];
interface Subject {
  name: string;
  level: number;
  columns: Column[];
  rows: Row[];
  /** Row positions of the cell offset and of the feature id. */
  offset: number;
  id?: number;
  rounds: number;
}

const Z = 10;
let seed = 20261123;

/** 0..1, the same in every run (mulberry32). */
function random(): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

/** A count as a city's cells have it: many small, some of thousands, one in six absent. */
function count(): number | null {
  return random() < 1 / 6 ? null : Math.floor(Math.exp(random() * 8));
}

const CLASSES = ['population', 'housing', 'legal', 'components', 'events'];
const uints: Column[] = CLASSES.map((name, i) => ({ name, type: 'uint', at: i + 1 }));

function densityRows(size: number, step: number): Row[] {
  return Array.from({ length: size }, (_, i) => [i * step, count(), count(), count(), count(), count()]);
}

function caseRows(size: number): Row[] {
  const pick = (values: string[]): string => values[Math.floor(random() * values.length)]!;
  const offsets = Array.from({ length: size }, () => Math.floor(random() * 2 ** 24)).sort((a, b) => a - b);
  return offsets.map((offset, i) => [
    offset,
    String(4_000_000 + i),
    `QQHR-2026-${String(100000 + i)}`,
    pick(['accepted', 'dispatched', 'handling', 'checked', 'closed']),
    pick(['路面破损', '暴露垃圾', '积雪结冰', '违章停车', '占道经营', '井盖缺失']),
    1_790_000_000 + Math.floor(random() * 1e6),
    random() < 0.3 ? null : 1_790_500_000 + Math.floor(random() * 1e6),
  ]);
}

const caseColumns: Column[] = [
  { name: 'no', type: 'string', at: 2 },
  { name: 'status', type: 'string', at: 3 },
  { name: 'category', type: 'string', at: 4 },
  { name: 'yellowAt', type: 'uint', at: 5 },
  { name: 'dueAt', type: 'uint', at: 6 },
];

const asText = (rows: Row[]): Row[] => rows.map((r) => r.map((v, i) => (i > 0 && v !== null ? String(v) : v)));
const full = densityRows(4096, 1);
const subjects: Subject[] = [
  { name: 'density4096', level: Z + 6, columns: uints, rows: full, offset: 0, rounds: 301 },
  { name: 'density4096text', level: Z + 6, columns: uints, rows: asText(full), offset: 0, rounds: 301 },
  { name: 'density300', level: Z + 6, columns: uints, rows: densityRows(300, 13), offset: 0, rounds: 1501 },
  { name: 'cases5000', level: Z + 12, columns: caseColumns, rows: caseRows(5000), offset: 0, id: 1, rounds: 151 },
];

function ours({ rows, columns, level, offset, id }: Subject): Uint8Array {
  const offsets = new Int32Array(rows.length);
  for (let i = 0; i < offsets.length; i++) offsets[i] = rows[i]![offset] as number;
  const { xs, ys } = cellsToTileXY(offsets, Z, level);
  return encodePointLayers([{ name: 'points', columns, rows, id, xs, ys }]);
}

interface Tile {
  features: object[];
}

/** What vt-pbf reads, made from the rows as one would by hand. Numbers that came as text become numbers. */
function prepare({ rows, columns, level, offset, id }: Subject): Tile {
  const { xs, ys } = cellsToTileXY(
    rows.map((row) => row[offset] as number),
    Z,
    level,
  );
  const features = rows.map((row, i) => {
    const tags: Record<string, unknown> = {};
    for (const { name, type, at } of columns) {
      const value = row[at!];
      if (value != null) tags[name] = type === 'uint' ? Number(value) : value;
    }
    const feature = { type: 1, geometry: [[xs[i]!, ys[i]!]], tags };
    return id === undefined ? feature : { ...feature, id: Number(row[id]) };
  });
  return { features };
}

/** Its declarations do not resolve under NodeNext. */
const encodeTheirs = fromGeojsonVt as unknown as (layers: Record<string, Tile>, options: object) => Uint8Array;
const theirs = (tile: Tile): Uint8Array => encodeTheirs({ points: tile }, { version: 2, extent: 4096 });

function decode(bytes: Uint8Array): unknown {
  const layer = new VectorTile(new PbfReader(bytes)).layers['points']!;
  return Array.from({ length: layer.length }, (_, i) => {
    const feature = layer.feature(i);
    return [
      feature.id,
      { ...feature.properties },
      feature
        .loadGeometry()
        .flat()
        .map(({ x, y }) => [x, y]),
    ];
  });
}

const median = (times: number[]): number => times.sort((a, b) => a - b)[times.length >> 1]!;

function time(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function measure(subject: Subject) {
  const ready = prepare(subject);
  const [mine, other] = [ours(subject), theirs(ready)];
  if (!isDeepStrictEqual(decode(mine), decode(other))) throw new Error(`${subject.name}: the two tiles differ`);
  const times = { ours: [] as number[], theirs: [] as number[], ready: [] as number[] };
  for (let round = -subject.rounds >> 2; round < subject.rounds; round++) {
    const lap = [time(() => ours(subject)), time(() => theirs(prepare(subject))), time(() => theirs(ready))] as const;
    if (round < 0) continue; // a quarter more, unmeasured, to warm up
    times.ours.push(lap[0]);
    times.theirs.push(lap[1]);
    times.ready.push(lap[2]);
  }
  const [oursMs, theirsMs, readyMs] = [median(times.ours), median(times.theirs), median(times.ready)];
  const bytes = { ours: mine.length, theirs: other.length };
  return {
    features: subject.rows.length,
    ratio: oursMs / theirsMs,
    ratioReady: oursMs / readyMs,
    oursMs,
    theirsMs,
    readyMs,
    bytes,
  };
}

const results: Record<string, ReturnType<typeof measure>> = {};
for (const subject of subjects) {
  const r = (results[subject.name] = measure(subject));
  const ms = `${r.oursMs.toFixed(3)} ms against ${r.theirsMs.toFixed(3)} from rows, ${r.readyMs.toFixed(3)} ready`;
  console.log(
    `${subject.name}: ratio ${r.ratio.toFixed(3)} (ready: ${r.ratioReady.toFixed(3)}), ${ms}, bytes ${r.bytes.ours} / ${r.bytes.theirs}`,
  );
}
const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length };
const folder = new URL('results/', import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(
  new URL('encode.json', folder),
  `${JSON.stringify({ node: process.version, machine, results }, null, 2)}\n`,
);
