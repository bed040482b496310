import { expect, it } from 'vitest';
import { DEMO_SCHEME } from '../../demo/scores.ts';
import { ranksOf, SCORE_SCHEME, scoreOf, type ScoreScheme } from './score.ts';

const scheme: ScoreScheme = {
  key: 'test',
  nameZh: '测试',
  nameEn: 'Test',
  indicators: [
    { id: 'closure', weight: 3, direction: 'higher' },
    { id: 'rework', weight: 1, direction: 'lower' },
  ],
  bounds: [90, 80, 70, 60],
};

it.each([
  [[1, 0], 100, 'A'],
  [[0.8, 0], 85, 'B'],
  [[0.9, 0.1], 90, 'A'], // the bound itself is in the better grade, whatever binary fractions make of 0.9
  [[0.8, null], 80, 'B'], // the weight of what has no denominator is shared among the others
  [[null, 0.45], 55, 'E'],
  [[null, null], null, null],
])('rates %j are %s points, %s', (rates, total, grade) => {
  expect(scoreOf(scheme, rates)).toMatchObject({ total, grade });
});

it('says what each rate weighed', () => {
  expect(scoreOf(scheme, [0.5, 0.5]).weights).toEqual([0.75, 0.25]);
  expect(scoreOf(scheme, [0.5, null])).toEqual({ points: [50, null], weights: [1, 0], total: 50, grade: 'E' });
});

it('ranks the same total the same', () => {
  expect(ranksOf([80, 90, null, 80, 70])).toEqual([2, 1, null, 2, 4]);
});

it.each([
  ['an indicator twice', { indicators: [scheme.indicators[0], scheme.indicators[0]] }],
  ['one that counts appealed cases', { indicators: [{ id: 'completion', weight: 1, direction: 'higher' }] }],
  ['bounds that rise', { bounds: [60, 70, 80, 90] }],
  ['no weight', { indicators: [{ id: 'closure', weight: 0, direction: 'higher' }] }],
])('refuses %s', (_name, wrong) => {
  expect(SCORE_SCHEME.safeParse({ ...scheme, ...wrong }).success).toBe(false);
});

it('takes the scheme of the demonstration', () => {
  expect(SCORE_SCHEME.parse(DEMO_SCHEME)).toEqual(DEMO_SCHEME);
});
