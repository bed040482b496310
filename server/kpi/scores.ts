import type { Scope } from '../access/index.ts';
import type { ScoreTable } from '../api/scoreShapes.ts';
import type { Bare, Level } from '../api/shapes.ts';
import { indicatorOf, type IndicatorId } from '../cases/index.ts';
import { levelNumber } from '../city/index.ts';
import type { Queryable } from '../db/index.ts';
import { NOTHING, readFacts, type Fraction } from './counts.ts';
import { definitionOf } from './definitions.ts';
import type { Period, Question } from './facts.ts';
import { casesHref } from './links.ts';
import { listDivisionNames, listNames, type Named } from './names.ts';
import { rateOf } from './rate.ts';
import { readScheme } from './scheme.ts';
import { ranksOf, scoreOf } from './score.ts';

export interface ScoreQuery {
  scheme: string;
  by: 'division' | 'department';
  level: Level;
  period: Period;
  timeZone: string;
  now: Date;
  asOf: Date | null;
}

/**
 * Divisions or departments by their score, best first; those without a single figure last. Call it inside one snapshot.
 * @throws HekanError('not_found') for an unknown scheme.
 */
export async function readScores(client: Queryable, scope: Scope, query: ScoreQuery): Promise<Bare<ScoreTable>> {
  const { by, level, period, now, asOf } = query;
  const scheme = await readScheme(client, query.scheme);
  const names = by === 'division' ? await listDivisionNames(client, scope, level, null) : await departments(client);
  const facts: Map<string, Fraction>[] = [];
  for (const { id } of scheme.indicators) facts.push(await readFacts(client, scope, questionOf(query, id)));
  const scored = names.map((named) => {
    const fractions = facts.map((of) => of.get(named.key) ?? NOTHING);
    const rates = fractions.map(({ numerator, denominator }) => rateOf(numerator, denominator));
    const { total, grade, points, weights } = scoreOf(
      scheme,
      rates.map(({ value }) => value),
    );
    const figures = scheme.indicators.map(({ id }, i) => ({
      id,
      ...rates[i]!,
      points: points[i] ?? null,
      weight: weights[i] ?? 0,
      href: hrefOf(query, id, named),
    }));
    return { ...named, total, grade, figures };
  });
  const ranks = ranksOf(scored.map(({ total }) => total));
  const rows = scored.map((row, i) => ({ ...row, rank: ranks[i] ?? null }));
  const { key, version, nameZh, nameEn, bounds } = scheme;
  return {
    scheme: { key, version, nameZh, nameEn, bounds, indicators: scheme.indicators.map(withName) },
    by,
    ...(by === 'division' ? { level } : {}),
    asOf: (asOf ?? now).toISOString(),
    ...period,
    rows: rows.sort((a, b) => (a.rank ?? Infinity) - (b.rank ?? Infinity) || a.code.localeCompare(b.code, 'en')),
  };
}

const withName = (one: { id: IndicatorId; weight: number; direction: 'higher' | 'lower' }) => {
  const { version, nameZh, nameEn } = definitionOf(one.id);
  return { ...one, version, nameZh, nameEn };
};

/** Cases without a department are nobody's score. */
const departments = async (client: Queryable) =>
  (await listNames(client, 'department')).filter(({ key }) => key !== '0');

function questionOf({ by, level, period, timeZone, now, asOf }: ScoreQuery, id: IndicatorId): Question {
  const sums = indicatorOf(id);
  return { sums, indicator: id, by, level: levelNumber(level), within: null, only: [], period, timeZone, now, asOf };
}

function hrefOf({ by, period, asOf }: ScoreQuery, id: IndicatorId, { key, code }: Named): string {
  const of = by === 'division' ? { division: Number(key) } : { department: code };
  return casesHref({ kpi: id, part: 'denominator', ...of, ...period, asOf: asOf?.toISOString() ?? null });
}
