import { describe, expect, it } from 'vitest';
import { CASE_STATUSES, TRANSITIONS } from '../../cases/index.ts';
import { placeOf } from './applyUpdates.ts';
import { PLATFORM, PLATFORM_ACTIONS, type Platform } from './platform.ts';
import { compileUpdate, readUpdate, updateId, type Update } from './readUpdate.ts';
import { pathTo, planActions, roleOf, targetOf } from './steps.ts';

const ZONE = 'Asia/Shanghai';
const SECRET = `whsec_${'A'.repeat(43)}=`;
const platform = (more: object = {}, mapping: object = {}): Platform =>
  PLATFORM.parse({
    url: 'http://platform.example/in',
    secret: SECRET,
    mapping: { case: 'no', sequence: 'n', action: 'did', status: 'stands', at: 'at', ...mapping },
    actions: { 已派遣: ['dispatch'], 挂账: ['ask_suspend', 'suspend'], 进展: [] },
    statuses: { 处理中: 'handling', 已办结: 'closed' },
    ...more,
  });
const update = (given: Partial<Update>): Update => ({
  caseRef: 'a',
  sequence: 1,
  at: null,
  action: null,
  status: null,
  note: null,
  person: null,
  satisfied: null,
  photos: [],
  problem: null,
  ...given,
});

describe('steps to where a platform has a case', () => {
  it.each([
    ['reported', 'handling', ['accept', 'file', 'dispatch']],
    ['handling', 'closed', ['feed_back', 'send_to_check', 'check_passed', 'close']],
    ['to_check', 'handling', ['send_to_check', 'check_failed']], // rework
    ['suspended', 'to_check', ['resume', 'feed_back']],
    ['handling', 'handling', []],
    ['handling', 'suspended', null], // must be asked for and approved: by actions only
    ['reported', 'void', null], // never by way of handled on the spot
    ['closed', 'handling', null],
    ['rejected', 'reported', null],
  ] as const)('%s → %s: %j', (from, to, way) => {
    expect(pathTo(from, to)).toEqual(way);
  });

  it('are arrows of the machine, each from where the one before ends, and for a role of people', () => {
    for (const from of CASE_STATUSES)
      for (const to of CASE_STATUSES) {
        let status = from;
        for (const action of pathTo(from, to) ?? []) {
          const arrow = TRANSITIONS.find((t) => t.from === status && t.action === action);
          expect(arrow?.roles).toContain(roleOf(status, action));
          expect(PLATFORM_ACTIONS).toContain(action);
          status = arrow!.to;
        }
        if (pathTo(from, to)) expect(status).toBe(to);
      }
  });

  it('are what the words of the platform say', () => {
    expect(planActions(platform(), 'to_dispatch', update({ action: '已派遣' }))).toEqual(['dispatch']);
    expect(planActions(platform(), 'handling', update({ action: '挂账' }))).toEqual(['ask_suspend', 'suspend']);
    expect(planActions(platform(), 'handling', update({ action: '进展' }))).toEqual([]);
    expect(planActions(platform(), 'handling', update({ action: 'feed_back' }))).toEqual(['feed_back']);
    expect(planActions(platform(), 'to_close', update({ status: '已办结' }))).toEqual(['close']);
    expect(targetOf(platform(), update({ action: 'feed_back' }))).toBe('to_check');
    expect(targetOf(platform(), update({ action: '进展' }))).toBeNull();
  });

  it.each([
    [{ action: '吃饭' }, /not in actions: 吃饭/],
    [{ action: 'merge' }, /not in actions: merge/], // ours, not theirs
    [{ action: 'constructor' }, /not in actions/],
    [{ status: '休息' }, /not in statuses/],
    [{ status: '处理中' }, /handling already/],
    [{ status: 'rejected' }, /no steps lead/],
  ])('%j has none', (given, why) => {
    expect(() => planActions(platform(), 'handling', update(given))).toThrow(why);
  });
});

describe('the place of an update', () => {
  it.each([
    [1, null, 'next'],
    [2, null, 'early'],
    [4, 3, 'next'],
    [5, 3, 'early'],
    [3, 3, 'passed'],
    [1, 3, 'passed'],
  ] as const)('%i after %s is %s', (sequence, last, place) => {
    expect(placeOf(platform(), sequence, last)).toBe(place);
  });
  it('by time leaves no gaps', () => {
    const byTime = platform({}, { sequence: undefined });
    expect([5000, 1000, 999].map((at) => placeOf(byTime, at, 1000))).toEqual(['next', 'next', 'passed']);
  });
});

describe('an update', () => {
  it('is read by the mapping; without a case it is none', async () => {
    const read = { no: 'A1', n: '3', did: '进展', at: '2026-11-24T08:00:00+08:00' };
    expect(await readUpdate(platform(), ZONE, read)).toMatchObject({
      caseRef: 'A1',
      sequence: 3,
      at: '2026-11-24T00:00:00.000Z',
      problem: null,
    });
    expect(await readUpdate(platform(), ZONE, { did: '进展' })).toBeNull();
    expect(updateId((await readUpdate(platform(), ZONE, read))!)).toBe('update A1 3 进展');
  });
  it('takes a time without a zone for what the clocks of the city showed', async () => {
    const byTime = platform({}, { sequence: undefined });
    const local = await readUpdate(byTime, ZONE, { no: 'A1', did: '进展', at: '2026-11-24 08:00' });
    expect(local).toMatchObject({ at: '2026-11-24T00:00:00.000Z', sequence: Date.parse('2026-11-24T00:00:00Z') });
    const elsewhere = await readUpdate(byTime, 'America/New_York', { no: 'A1', did: '进展', at: '2026-11-24 08:00' });
    expect(elsewhere!.at).toBe('2026-11-24T13:00:00.000Z');
  });
  it('reads photos as texts or with their kind, and satisfaction as true or false', async () => {
    const reader = compileUpdate(platform({}, { photos: 'pics', satisfied: 'happy' }), ZONE);
    const base = { no: 'A1', n: 1, did: '进展' };
    expect(await reader({ ...base, pics: 'http://a/1', happy: true })).toMatchObject({
      photos: [{ url: 'http://a/1', kind: 'other' }],
      satisfied: true,
    });
    const both = ['http://a/1', { url: 'http://a/2', kind: 'after' }];
    expect((await reader({ ...base, pics: both, happy: false }))!).toMatchObject({ satisfied: false });
    expect((await reader({ ...base, pics: both }))!.photos.map(({ kind }) => kind)).toEqual(['other', 'after']);
    expect((await reader({ ...base, pics: ['file:///etc/passwd'] }))!.problem).toMatch(/^photos/);
    expect((await reader({ ...base, pics: Array(21).fill('http://a/1') }))!.problem).toMatch(/^photos/);
  });
  it.each([
    [{ no: 'a', n: 'x', did: 'close' }, /^sequence: no number: x/],
    [{ no: 'a', n: -1, did: 'close' }, /^sequence/],
    [{ no: 'a', did: 'close' }, /^sequence/],
    [{ no: 'a', n: 1 }, /^neither action nor status/],
    [{ no: 'a', n: 1, did: 'close', at: 'soon' }, /^at: no instant: soon/],
    [{ no: 'a', n: 1, did: { x: 1 } }, /^action: expected a text/],
  ])('%j cannot be taken', async (signal, why) => {
    expect((await readUpdate(platform(), ZONE, signal))!.problem).toMatch(why);
  });
});

describe('a platform', () => {
  it.each([
    [{ url: 'ftp://a/' }, 'url'],
    [{ url: 'http://u:p@a/' }, 'url'],
    [{ secret: 'short' }, 'secret'],
    [{ actions: { x: ['merge'] } }, 'actions'],
    [{ statuses: { x: 'gone' } }, 'statuses'],
    [{ mapping: { case: 'no', action: 'did' } }, 'mapping'], // no order
    [{ mapping: { case: 'no', at: 'at' } }, 'mapping'], // nothing happened
  ])('%j is none', (more, field) => {
    const parsed = PLATFORM.safeParse({ ...platform(), ...more });
    expect(parsed.error?.issues[0]?.path[0]).toBe(field);
  });
});
