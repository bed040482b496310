/** The whole demonstration at scale 1, walked once: exact figures, and that it streams. */
import { expect, it } from 'vitest';
import { OPEN_STATUSES } from '../server/cases/words.ts';
import { buildDemoCity } from './index.ts';

it('has exactly 480,717 accepted and 479,034 closed cases, and a backlog like that all year', () => {
  const until = new Date('2026-11-20T02:00:00Z');
  const city = buildDemoCity({ seed: 1, scale: 1, until });
  let accepted = 0;
  let closed = 0;
  let open = 0;
  let steps = 0;
  const earlier = [40, 100, 160, 220, 280].map((days) => ({ at: until.getTime() - days * 86_400_000, open: 0 }));
  for (const c of city.cases()) {
    steps += c.steps.length;
    if (c.acceptedAt === null) continue;
    accepted++;
    if (c.status === 'closed') closed++;
    if (OPEN_STATUSES.includes(c.status)) open++;
    const end = c.closedAt ?? (OPEN_STATUSES.includes(c.status) ? Infinity : c.steps.at(-1)!.at);
    for (const e of earlier) if (c.acceptedAt <= e.at && end > e.at) e.open++;
  }
  expect([accepted, closed]).toEqual([480_717, 479_034]);
  expect(open).toBe(1599);
  expect(steps).toBeGreaterThan(3_500_000);
  for (const e of earlier) {
    expect(e.open).toBeGreaterThan(0.55 * open);
    expect(e.open).toBeLessThan(1.6 * open);
  }
  let records = 0;
  for (const p of city.places()) records += p.counts.reduce((a, b) => a + b, 0);
  expect(Math.abs(records - 3_000_000)).toBeLessThan(15_000);
  expect([...city.places()].length).toBe(60_000);
}, 60_000);
