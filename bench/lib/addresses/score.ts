import { atBuilding, Matcher, MATCH_LEVELS, SURE, type Match, type MatchLevel } from '../../../server/geocode/index.ts';
import { AddressBase } from '../../../server/geocode/index.ts';
import { standardText, type MadeCity } from './city.ts';
import type { TruthCase } from './noise.ts';

/** The base of a made-up city, read from its texts as an import would. */
export function baseOf({ divisions, addresses }: MadeCity): AddressBase {
  const base = new AddressBase({ divisions });
  for (const a of addresses) {
    base.add({ code: a.code, text: standardText(a), lng: a.lng, lat: a.lat, divisionId: a.divisionId });
  }
  return base;
}

/** Precision of a level is right ÷ given; its recall, reached ÷ asked: the right building, as deep as the answerable text goes. */
export interface LevelScore {
  given: number;
  right: number;
  asked: number;
  reached: number;
}

export interface Score {
  cases: number;
  answerable: number;
  /** Of the answerable: the right building, whatever the confidence. */
  right: number;
  /** Of the answerable: the right building, as sure. */
  rightSure: number;
  /** Of all: a wrong building given as sure, or as not sure. */
  wrongSure: number;
  wrongUnsure: number;
  byLevel: Partial<Record<MatchLevel, LevelScore>>;
  byNoise: Record<string, { cases: number; right: number; wrong: number }>;
  missed: { text: string; truth: string; noise: string; match: Match }[];
}

const METRES = 111_195;
const isAt = ({ lng, lat }: Match, a: TruthCase['address']): boolean =>
  lng !== null && lat !== null && Math.hypot((lng - a.lng) * 0.68, lat - a.lat) * METRES < 1;

/** Runs truth cases through a matcher. A building is right when the point is its point. */
export function scoreOf(base: AddressBase, cases: Iterable<TruthCase>, keep = 0): Score {
  const matcher = new Matcher(base);
  const score: Score = {
    ...{ cases: 0, answerable: 0, right: 0, rightSure: 0, wrongSure: 0, wrongUnsure: 0 },
    ...{ byLevel: {}, byNoise: {}, missed: [] },
  };
  const levelOf = (level: MatchLevel): LevelScore =>
    (score.byLevel[level] ??= { given: 0, right: 0, asked: 0, reached: 0 });
  for (const { text, address, noise, level: deep, answerable } of cases) {
    const match = matcher.match(text);
    const given = atBuilding(match.level);
    const right = given && isAt(match, address);
    const sure = match.confidence >= SURE;
    score.cases++;
    if (answerable) {
      score.answerable++;
      if (right) score.right++;
      if (right && sure) score.rightSure++;
    }
    if (given && !right) score[sure ? 'wrongSure' : 'wrongUnsure']++;
    levelOf(match.level).given++;
    if (right) levelOf(match.level).right++;
    if (answerable) levelOf(deep).asked++;
    if (answerable && right && MATCH_LEVELS.indexOf(match.level) >= MATCH_LEVELS.indexOf(deep)) levelOf(deep).reached++;
    for (const name of noise) {
      const one = (score.byNoise[name] ??= { cases: 0, right: 0, wrong: 0 });
      if (answerable) one.cases++;
      if (answerable && right) one.right++;
      if (given && !right) one.wrong++;
    }
    if (((answerable && !right) || (given && !right)) && score.missed.length < keep)
      score.missed.push({ text, truth: standardText(address), noise: noise.join(', '), match });
  }
  return score;
}

/** Precision and recall of each level that was given or asked for, innermost first; null where there is nothing to divide by. */
export function levelTable({ byLevel }: Score) {
  const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
  return MATCH_LEVELS.toReversed()
    .filter((level) => byLevel[level])
    .map((level) => {
      const { given, right, asked, reached } = byLevel[level]!;
      const doors = atBuilding(level);
      return { level, given, asked, precision: doors ? ratio(right, given) : null, recall: ratio(reached, asked) };
    });
}
