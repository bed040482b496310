import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadSmallCity, openApp, OPERATOR_TOKEN, type TestApp } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';
import type { CaseDetail } from './shapes.ts';

describeOnEngines('a step over HTTP', (database) => {
  let app: TestApp;
  let id: number;
  beforeAll(async () => {
    await loadSmallCity(database());
    app = await openApp(database());
    const { rows } = await database().query<{ id: number }>(
      `select id::int from cases where status = 'to_dispatch' and department_id is not null order by cases.id limit 1`,
    );
    id = rows[0]!.id;
  });
  afterAll(() => app.close());

  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) =>
    app.app.request(`/api/cases/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${OPERATOR_TOKEN}`, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const dispatch = { role: 'dispatcher', actor: '派遣员李某' };

  it('moves the case, and the answer says what comes next', async () => {
    const before = await app.json<CaseDetail>(`/api/cases/${id}`);
    expect(before.allowed).toContainEqual({ action: 'dispatch', roles: ['dispatcher'], to: 'handling' });
    const answer = await post(`${id}/dispatch`, { ...dispatch, note: '请尽快处置', seq: before.seq });
    expect(answer.status).toBe(200);
    const after = (await answer.json()) as CaseDetail;
    expect(after).toMatchObject({ status: 'handling', seq: before.seq + 1, demonstration: true });
    expect(after.steps.at(-1)).toMatchObject({ action: 'dispatch', actor: '派遣员李某', note: '请尽快处置' });
    expect(after.steps.at(-1)?.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(after.allowed.map(({ action }) => action)).toContain('feed_back');
  });

  it('is told when it comes too late, and what is possible now', async () => {
    const { seq } = await app.json<CaseDetail>(`/api/cases/${id}`);
    const again = await post(`${id}/dispatch`, dispatch);
    expect(again.status).toBe(409);
    const problem = (await again.json()) as { field: string; allowed: { action: string }[] };
    expect(problem.field).toBe('action');
    expect(problem.allowed.map(({ action }) => action)).toContain('ask_extend');
    const late = await post(`${id}/feed_back`, { role: 'department', actor: 'x', seq: seq - 1 });
    expect([late.status, await late.json()]).toMatchObject([409, { field: 'seq', given: String(seq - 1) }]);
  });

  it('of two at once lets one win, and tells the other', async () => {
    const { seq } = await app.json<CaseDetail>(`/api/cases/${id}`);
    const both = await Promise.all(
      ['a', 'b'].map((actor) => post(`${id}/feed_back`, { role: 'department', actor, seq })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it.each<[string, string, unknown, Record<string, string>, number, string]>([
    ['without a token', '1/accept', {}, { Authorization: '' }, 401, 'Authorization'],
    ['with a wrong one', '1/accept', {}, { Authorization: 'Bearer no' }, 401, 'Authorization'],
    ['of no such case', '999999999/accept', { role: 'operator', actor: 'x' }, {}, 404, 'id'],
    ['of no such action', '1/explode', { role: 'operator', actor: 'x' }, {}, 400, 'action'],
    ['by nobody', '1/accept', { role: 'operator', actor: ' ' }, {}, 400, 'actor'],
    ['by no such role', '1/accept', { role: 'mayor', actor: 'x' }, {}, 400, 'role'],
    ['with a word too much', '1/accept', { role: 'operator', actor: 'x', extra: 1 }, {}, 400, 'extra'],
    ['with half a body', '1/accept', '{"role":', {}, 400, 'body'],
    ['with no JSON', '1/accept', 'x', { 'Content-Type': 'text/plain' }, 400, 'body'],
    ['with a body of 10 MB', '1/accept', { role: 'operator', actor: 'x', note: 'x'.repeat(1e7) }, {}, 413, 'body'],
  ])('%s is refused', async (_what, path, body, headers, status, field) => {
    const answer = await post(path, body, headers);
    expect([answer.status, await answer.json()]).toMatchObject([status, { field }]);
  });
});
