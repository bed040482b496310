import { beforeAll, describe, expect, it } from 'vitest';
import { OPEN_STATUSES } from '../server/cases/words.ts';
import { countCases, createIntensity } from './arrivals.ts';
import { DAY, HOUR } from './calendar.ts';
import { buildDemoCity } from './index.ts';
import type { DemoCase, DemoCity } from './index.ts';
import { inRing } from './plane.ts';

const UNTIL = new Date('2026-11-20T02:00:00Z');

/** Written out from domain.md, section 4, not taken from the code under test. */
const LEGAL = new Set(
  `report:>reported accept:reported>to_file send_to_verify:reported>verifying handle_on_spot:reported>closed
  verify_exists:verifying>to_file verify_absent:verifying>rejected verify_unclear:verifying>reported
  file:to_file>to_dispatch decline:to_file>not_filed dispatch:to_dispatch>handling void:to_dispatch>void
  ask_void:to_dispatch>to_dispatch ask_extend:handling>handling ask_return:handling>handling ask_suspend:handling>handling
  extend:handling>handling urge:handling>handling return:handling>to_dispatch suspend:handling>suspended
  resume:suspended>handling feed_back:handling>to_check send_to_check:to_check>checking check_passed:checking>to_close
  check_failed:checking>handling check_unclear:checking>to_check close:to_close>closed reopen:closed>handling`.split(
    /\s+/,
  ),
);
const isOpen = (c: DemoCase): boolean => OPEN_STATUSES.includes(c.status);

describe('countCases', () => {
  it.each([
    // The city's own figures, with nothing forced.
    [1, 480_717, 479_034],
    // The floor of 25 in each of 16 districts just about equals the natural backlog.
    [0.25, 120_179, 119_758],
    // The floor rules: 400 open.
    [0.05, 24_036, 23_636],
    [0.02, 9_614, 9_214],
  ])('at scale %d: %d accepted, %d closed', (scale, accepted, closed) => {
    const c = countCases(scale);
    expect(c.accepted).toBe(accepted);
    expect(Math.abs(c.closed - closed)).toBeLessThanOrEqual(scale === 1 ? 0 : 1);
    expect(c.closed + c.open + c.notFiled + c.void).toBe(c.accepted);
    expect(c.open).toBeGreaterThanOrEqual(400);
  });
  it('says no to a scale with too few cases for the floor', () => {
    expect(() => countCases(0.001)).toThrow(RangeError);
  });
});

describe('intensity', () => {
  it('has mean 1 over the year, rush hours, quiet nights and Sundays', () => {
    const at = createIntensity(1, UNTIL.getTime());
    let sum = 0;
    for (let i = 0; i < 365 * 24; i++) sum += at(UNTIL.getTime() - 365 * DAY + (i + 0.5) * HOUR);
    expect(sum / (365 * 24)).toBeCloseTo(1, 1);
    const monday = Date.parse('2026-06-15T00:00:00+08:00');
    expect(at(monday + 9.5 * HOUR)).toBeGreaterThan(5 * at(monday + 3 * HOUR));
    let [sundays, mondays] = [0, 0];
    for (let w = 0; w < 10; w++) {
      mondays += at(monday + w * 7 * DAY + 10 * HOUR);
      sundays += at(monday + (w * 7 - 1) * DAY + 10 * HOUR);
    }
    expect(sundays).toBeLessThan(0.85 * mondays);
  });
});

describe.each([
  [0.02, UNTIL],
  [0.05, new Date('2026-07-01T16:30:00Z')],
  [0.25, new Date('2027-02-01T06:00:00Z')],
])('cases at scale %d until %s', (scale, until) => {
  let city: DemoCity;
  let cases: DemoCase[];
  beforeAll(() => {
    city = buildDemoCity({ seed: 1, scale, until });
    cases = [...city.cases()];
  });

  it('are exactly as many as counted, in order, with unique ids', () => {
    const c = countCases(scale);
    expect(cases.filter((x) => x.acceptedAt !== null).length).toBe(c.accepted);
    expect(cases.filter((x) => x.status === 'closed').length).toBe(c.closed);
    expect(cases.filter(isOpen).length).toBe(c.open);
    expect(cases.filter((x) => x.status === 'rejected').length).toBe(c.rejected);
    expect(cases.filter((x) => x.status === 'reported' || x.status === 'verifying').length).toBe(c.pending);
    expect(new Set(cases.map((x) => x.externalId)).size).toBe(cases.length);
    expect(cases.findIndex((c, i) => i > 0 && c.reportedAt < cases[i - 1]!.reportedAt)).toBe(-1);
  });

  it('leave at least 25 open in every district, in every open status', () => {
    const open = cases.filter(isOpen);
    for (const d of city.divisions.filter((x) => x.level === 2)) {
      expect(open.filter((x) => x.gridCode.startsWith(d.code)).length, d.nameZh).toBeGreaterThanOrEqual(25);
    }
    for (const s of OPEN_STATUSES)
      expect(
        open.some((x) => x.status === s),
        s,
      ).toBe(true);
  });

  it('take only legal steps, in order of time, none after the end', () => {
    for (const c of cases) {
      let status: string | null = null;
      let at = c.reportedAt;
      for (const s of c.steps) {
        if (!LEGAL.has(`${s.action}:${s.from ?? ''}>${s.to}`))
          throw new Error(`${c.externalId}: ${s.action} ${s.from} > ${s.to}`);
        if (s.from !== status || s.at < at || s.at > until.getTime())
          throw new Error(`${c.externalId}: ${s.action} at ${s.at} after ${at}, from ${s.from}, stood at ${status}`);
        status = s.to;
        at = s.at;
      }
      if (status !== c.status) throw new Error(`${c.externalId} stands at ${status}, says ${c.status}`);
      if (c.reportedAt < until.getTime() - 365 * DAY) throw new Error(`${c.externalId} is older than the history`);
    }
  });

  it('keep their instants in agreement with their log', () => {
    const limits = new Map(city.categories.map((k) => [k.code, k.limitHours * HOUR]));
    for (const c of cases) {
      const on = (a: string): number | null => c.steps.find((s) => s.action === a)?.at ?? null;
      const wrong = (what: boolean, why: string): void => {
        if (what) throw new Error(`${c.externalId}: ${why}`);
      };
      wrong(c.steps[0]!.at !== c.reportedAt, 'first step is not the report');
      wrong(c.filedAt !== on('file'), 'filedAt');
      wrong(c.dispatchedAt !== on('dispatch'), 'dispatchedAt');
      wrong((c.closedAt === null) !== (c.status !== 'closed'), 'closedAt without closed');
      wrong(c.closedAt !== null && c.closedAt !== c.steps.at(-1)!.at, 'closedAt is not the last step');
      wrong((c.acceptedAt === null) !== ['reported', 'verifying', 'rejected'].includes(c.status), 'acceptedAt');
      wrong((c.dueAt === null) !== (c.filedAt === null), 'dueAt without filing');
      if (c.filedAt === null) continue;
      const limit = limits.get(c.categoryCode)!;
      const moved = c.steps.some((s) => s.action === 'extend' || s.action === 'resume');
      wrong(moved ? c.dueAt! <= c.filedAt + limit : c.dueAt! - c.filedAt !== limit, 'dueAt');
      wrong(c.yellowAt! >= c.dueAt!, 'yellowAt after dueAt');
      wrong(!moved && c.yellowAt! !== c.filedAt + 0.8 * limit, 'yellowAt');
      // A case is sent on within hours, not left lying between filing and dispatch.
      wrong(c.dispatchedAt !== null && c.dispatchedAt - c.filedAt > 20 * HOUR, 'dispatched late');
    }
  });

  it('show believable rates', () => {
    const open = cases.filter(isOpen);
    const share = (n: number, of: number): number => n / of;
    const red = open.filter((c) => c.dueAt !== null && c.dueAt < until.getTime()).length;
    const yellow = open.filter(
      (c) => c.dueAt !== null && c.dueAt >= until.getTime() && c.yellowAt! <= until.getTime(),
    ).length;
    expect(share(red, open.length)).toBeGreaterThan(0.15);
    expect(share(red, open.length)).toBeLessThan(0.2);
    expect(share(yellow, open.length)).toBeGreaterThan(0.1);
    expect(share(yellow, open.length)).toBeLessThan(0.15);
    const closed = cases.filter((c) => c.closedAt !== null && c.dueAt !== null);
    const late = share(closed.filter((c) => c.closedAt! > c.dueAt!).length, closed.length);
    expect(late).toBeGreaterThan(0.025);
    expect(late).toBeLessThan(0.04);
    const reworked = share(cases.filter((c) => c.reworks > 0).length, cases.length);
    expect(reworked).toBeGreaterThan(0.03);
    expect(reworked).toBeLessThan(0.05);
  });

  it('know the seasons', () => {
    const months = (code: string): Set<number> =>
      new Set(
        cases.filter((c) => c.categoryCode === code).map((c) => new Date(c.reportedAt + 8 * HOUR).getUTCMonth() + 1),
      );
    for (const m of months('10001')) expect([11, 12, 1, 2, 3]).toContain(m);
    for (const m of months('20101')) expect([10, 11, 12, 1, 2, 3, 4]).toContain(m);
    for (const m of months('06031')) expect([5, 6, 7, 8, 9]).toContain(m);
    for (const m of months('10006')) expect([1, 2, 3]).toContain(m);
    expect(months('10001').size).toBe(5);
    const rubbish = cases
      .filter((c) => c.categoryCode === '06010')
      .map((c) => new Date(c.reportedAt + 8 * HOUR).getUTCMonth() + 1);
    expect(rubbish.filter((m) => m >= 6 && m <= 8).length).toBeGreaterThan(
      1.8 * rubbish.filter((m) => m === 12 || m <= 2).length,
    );
  });

  it('lie inside the grid they name', () => {
    const rings = new Map(
      city.divisions.filter((d) => d.level === 5).map((d) => [d.code, d.geometry.coordinates[0]![0]!]),
    );
    for (const c of cases)
      if (!inRing(c.lng, c.lat, rings.get(c.gridCode)!)) throw new Error(`${c.externalId} is outside ${c.gridCode}`);
  });

  it('use known categories, sources and departments', () => {
    const known = (list: { key: string }[]): Set<string> => new Set(list.map((x) => x.key));
    const [sources, departments] = [known(city.sources), known(city.departments)];
    const categories = new Map(city.categories.map((c) => [c.code, c.departmentKey]));
    for (const c of cases) {
      const known =
        sources.has(c.sourceKey) &&
        departments.has(c.departmentKey) &&
        categories.get(c.categoryCode) === c.departmentKey;
      if (!known) throw new Error(`${c.externalId}: ${c.sourceKey} ${c.categoryCode} ${c.departmentKey}`);
    }
  });
});
