import type { z } from 'zod';
import { atBuilding, MATCH_LEVELS, type MatchLevel } from '../geocode/types.ts';
import { listUnmatchedSources } from '../geocode/service/index.ts';
import { listDivisions, toRef } from '../city/index.ts';
import type { Scope } from '../access/index.ts';
import {
  countPeopleWithoutAddress,
  EMPTY_GRID,
  PERSON_THEMES,
  readDataGrid,
  type GridCounts,
  type GridPart,
} from '../collection/index.ts';
import { levelNumber } from '../city/index.ts';
import type { Queryable } from '../db/index.ts';
import { rateOf } from '../kpi/index.ts';
import { listDatasets, rollUp, type ByLevel, type MatchLevels } from '../records/index.ts';
import type * as dataGridShapes from './dataGridShapes.ts';
import type { Bare, Level } from './shapes.ts';

const DAY_MS = 86_400_000;

/** Which divisions a table has rows of. */
export interface TableQuestion {
  level: Level;
  /** Whose divisions; null: the whole city's. */
  division: number | null;
}

const QUALITY_DEFINITIONS = {
  atBuilding: {
    zh: '落位到门牌号、楼栋、单元或户室的记录 ÷ 已落位的记录',
    en: 'Records on a number, a building, a unit or a room ÷ records on a place',
  },
  notLocated: { zh: '未落位的记录 ÷ 该数据集全部记录', en: 'Records on no place ÷ all records of the dataset' },
};

const NOTHING: ByLevel = new Map();

type Quality = Bare<z.infer<typeof dataGridShapes.Quality>>;
type QualityFigures = Quality['total'];

function hrefOf(path: string, params: Record<string, string | number | null>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) if (value !== null) query.set(key, String(value));
  return `${path}?${query.toString()}`;
}

const isDoor = (level: string): boolean =>
  MATCH_LEVELS.includes(level as MatchLevel) && atBuilding(level as MatchLevel);

/** @param division whose addresses are listed behind the figures; undefined: they have no list. */
function qualityOf(byLevel: ByLevel, division: number | null | undefined): QualityFigures {
  const levels = [...byLevel].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const sum = (some: typeof levels) => some.reduce((total, [, records]) => total + records, 0);
  const located = sum(levels);
  return {
    located,
    byLevel: levels.map(([level, records]) => ({
      level,
      records,
      href: division === undefined ? null : hrefOf('/api/datagrid/addresses', { division, matchLevel: level }),
    })),
    atBuilding: rateOf(sum(levels.filter(([level]) => isDoor(level))), located),
  };
}

async function readUnmatched(client: Queryable, asOf: string): Promise<Quality['unmatched']> {
  const sources = await listUnmatchedSources(client);
  const { rows } = await client.query<{ source: string; key: string }>(
    `select 'records:' || g.id as source, s.key from dataset_generation g join dataset s on s.id = g.dataset_id where g.state = 'live'`,
  );
  const generations = new Map(rows.map(({ source, key }) => [key, source]));
  const bySource = new Map(sources.map(({ source, reasons }) => [source, reasons]));
  const link = (source: string) => hrefOf('/api/geocode/unmatched', { source });
  const datasets = (await listDatasets(client)).map(({ key, nameZh, nameEn, total, located }) => {
    const reasons = bySource.get(generations.get(key) ?? '') ?? {};
    const source = `dataset:${key}`;
    const href = Object.keys(reasons).length > 0 ? link(source) : null;
    return { source, nameZh, nameEn, notLocated: { ...rateOf(total - located, total), asOf, href }, reasons };
  });
  const files = sources
    .filter(({ source }) => source.startsWith('file:'))
    .map(({ source, reasons }) => {
      const name = source.slice('file:'.length);
      const numerator = Object.values(reasons).reduce((sum, n) => sum + n, 0);
      const notLocated = { numerator, denominator: 0, value: null, percent: null, asOf, href: link(source) };
      return { source, nameZh: name, nameEn: name, notLocated, reasons };
    });
  return [...datasets, ...files];
}

/** How near the records came, by division, and what was not found by source. */
export async function qualityTable(
  client: Queryable,
  scope: Scope,
  counted: MatchLevels,
  { level, division }: TableQuestion,
  now: Date,
): Promise<Quality> {
  const found = rollUp(counted, scope, levelNumber(level), division);
  const divisions = await listDivisions(client, level, division);
  const all: ByLevel = new Map();
  for (const of of found.values()) for (const [key, n] of of) all.set(key, (all.get(key) ?? 0) + n);
  return {
    asOf: counted.asOf.toISOString(),
    level,
    definitions: QUALITY_DEFINITIONS,
    rows: divisions.map((one) => ({ division: toRef(one), ...qualityOf(found.get(one.id) ?? NOTHING, one.id) })),
    elsewhere: qualityOf(found.get(0) ?? NOTHING, undefined),
    total: qualityOf(all, division),
    unmatched: await readUnmatched(client, now.toISOString()),
  };
}

type Grid = Bare<z.infer<typeof dataGridShapes.DataGrid>>;
type GridFigures = Grid['total'];

const gridDefinitions = (days: number) => ({
  addresses: { zh: '未注销的标准地址', en: 'Addresses that are not retired' },
  visited: {
    zh: `近 ${days} 天采集员到过的地址 ÷ 地址；"未找到"不算到过`,
    en: `Addresses that a collector reached in the last ${days} days ÷ addresses; "not found" does not count`,
  },
  withoutPeople: { zh: '已清点且无人居住的地址', en: 'Addresses where people were counted and there were none' },
  notCounted: { zh: '从未清点人数的地址', en: 'Addresses where people were never counted' },
  peopleWithoutAddress: {
    zh: `主题为${PERSON_THEMES[0]}（${PERSON_THEMES[1]}）的记录中，未落到地址、但其文字写明本区划（或其下级）的条数；没有文字、或文字未写明区划的不计入`,
    en: `Records of the theme ${PERSON_THEMES[0]} (${PERSON_THEMES[1]}) that stand on no address, and whose text names the division or one below it; those without a text, or whose text names none, are not among them`,
  },
});

/** @param division whose lists are behind the figures; undefined: they have none. */
function gridOf(counts: GridCounts, days: number, now: Date, division: number | null | undefined): GridFigures {
  const asOf = now.toISOString();
  const { addresses, visited, lastVisit } = counts;
  const list = (part: GridPart) =>
    division === undefined ? null : hrefOf('/api/datagrid/addresses', { division, part, days });
  const figure = (numerator: number, part: GridPart) => ({ numerator, denominator: addresses, asOf, href: list(part) });
  const texts = division === undefined || division === null ? null : hrefOf('/api/datagrid/texts', { division });
  return {
    addresses: { ...figure(addresses, 'all'), denominator: null },
    visited: { ...rateOf(visited, addresses), asOf, href: list('visited') },
    lastVisit: lastVisit?.toISOString() ?? null,
    daysSinceVisit: lastVisit === null ? null : Math.max(0, Math.floor((now.getTime() - lastVisit.getTime()) / DAY_MS)),
    withoutPeople: figure(counts.withoutPeople, 'without_people'),
    notCounted: figure(counts.notCounted, 'not_counted'),
    peopleWithoutAddress: { numerator: counts.peopleWithoutAddress, denominator: null, asOf, href: texts },
  };
}

function sumOf(all: Iterable<GridCounts>): GridCounts {
  const sum = { ...EMPTY_GRID };
  for (const one of all) {
    sum.addresses += one.addresses;
    sum.visited += one.visited;
    sum.withoutPeople += one.withoutPeople;
    sum.notCounted += one.notCounted;
    sum.peopleWithoutAddress += one.peopleWithoutAddress;
    if (one.lastVisit && (!sum.lastVisit || one.lastVisit > sum.lastVisit)) sum.lastVisit = one.lastVisit;
  }
  return sum;
}

/** Since when a visit counts. */
export const visitedSince = (now: Date, days: number): Date => new Date(now.getTime() - days * DAY_MS);

/** Records of persons of which no community is known. */
async function peopleOfNoCommunity(client: Queryable, scope: Scope, since: Date): Promise<number> {
  const known = await readDataGrid(client, scope, { level: levelNumber('community'), within: null, since });
  known.delete(0);
  return (await countPeopleWithoutAddress(client)) - sumOf(known.values()).peopleWithoutAddress;
}

/** Coverage and freshness of collection by division. Call it inside one snapshot. */
export async function dataGridTable(
  client: Queryable,
  scope: Scope,
  { level, division }: TableQuestion,
  days: number,
  now: Date,
): Promise<Grid> {
  const since = visitedSince(now, days);
  const counted = await readDataGrid(client, scope, { level: levelNumber(level), within: division, since });
  const divisions = await listDivisions(client, level, division);
  return {
    asOf: now.toISOString(),
    level,
    days,
    definitions: gridDefinitions(days),
    rows: divisions.map((one) => ({
      division: toRef(one),
      ...gridOf(counted.get(one.id) ?? EMPTY_GRID, days, now, one.id),
    })),
    elsewhere: gridOf(counted.get(0) ?? EMPTY_GRID, days, now, undefined),
    total: gridOf(sumOf(counted.values()), days, now, division),
    peopleOfNoCommunity: await peopleOfNoCommunity(client, scope, since),
  };
}
