import { afterAll, beforeAll, expect, it } from 'vitest';
import { actOnCase } from '../cases/index.ts';
import { fixedClock, relayOnce, SEQ_TOPIC } from '../db/index.ts';
import { loadSmallCity, openApp, TEST_UNTIL, type TestApp } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';
import type { CaseDetail, CasePage, Figure, KpiByDay, KpiByDivision, Overview, RateFigure } from './shapes.ts';
import * as shapes from './shapes.ts';

describeOnEngines('the API', (database) => {
  let app: TestApp;
  beforeAll(async () => {
    await loadSmallCity(database());
    app = await openApp(database());
  });
  afterAll(() => app.close());
  const one = async (sql: string) => (await database().query<{ n: number }>(sql)).rows[0]!.n;

  it('answers in the shapes it promises', async () => {
    shapes.City.parse(await app.json('/api/city'));
    shapes.Overview.parse(await app.json('/api/overview'));
    shapes.Divisions.parse(await app.json('/api/divisions?level=street'));
    shapes.KpiByDivision.parse(await app.json('/api/kpi/completion?level=community&parent=2'));
    shapes.KpiByDay.parse(await app.json('/api/kpi/completion?by=day'));
    shapes.KpiDefinitions.parse(await app.json('/api/kpi'));
    shapes.CasePage.parse(await app.json('/api/cases?limit=500'));
    shapes.CaseDetail.parse(await app.json('/api/cases/1'));
  });

  it('gives every figure the count of the cases behind it', async () => {
    // Every level, the city's own division and a unit grid among them.
    const { rows: one } = await database().query<{ id: number }>('select min(id) as id from division group by level');
    for (const query of ['', ...one.map(({ id }) => `?division=${id}`)]) {
      const { cases } = await app.json<Overview>(`/api/overview${query}`);
      for (const [name, figure] of Object.entries(cases) as [string, Figure | RateFigure][]) {
        const page = await app.json<CasePage>(`${figure.href!}&limit=1`);
        expect({ query, name, total: page.total }).toEqual({ query, name, total: figure.numerator });
      }
    }
  });

  it('counts what SQL counts', async () => {
    const { cases, records, places } = await app.json<Overview>('/api/overview');
    expect(cases.accepted.numerator).toBe(
      await one('select count(*)::int as n from cases where accepted_at is not null'),
    );
    expect(cases.closed.numerator).toBe(await one(`select count(*)::int as n from cases where status = 'closed'`));
    expect(cases.open.numerator).toBe(await one('select count(*)::int as n from cases where open'));
    expect(cases.acceptedToday.numerator).toBe(
      await one(
        `select count(*)::int as n from cases where (accepted_at at time zone 'Asia/Shanghai')::date = '2026-11-23'`,
      ),
    );
    expect(places.numerator).toBe(await one('select count(*)::int as n from place'));
    expect(records.annotated.denominator).toBe(await one('select count(*)::int as n from record'));
    expect(records.annotated.numerator).toBe(await one('select count(*)::int as n from record where cell is not null'));
    const byClass = records.byClass.reduce((sum, c) => sum + c.located.numerator, 0);
    expect(byClass).toBe(records.annotated.numerator);
  });

  it('has rows that add up to the total, at every level and in every period', async () => {
    for (const query of [
      'level=city',
      'level=city&parent=1',
      'level=district&parent=1',
      'level=district',
      'level=street',
      'level=community',
      'level=grid',
      'level=street&parent=3',
      'level=district&from=2026-10-01&to=2026-10-31',
    ]) {
      const kpi = await app.json<KpiByDivision>(`/api/kpi/completion?${query}`);
      for (const key of ['accepted', 'closed', 'open', 'overdue'] as const) {
        const sum = kpi.rows.reduce((n, row) => n + row[key], kpi.elsewhere[key]);
        expect({ query, key, sum }).toEqual({ query, key, sum: kpi.total[key] });
      }
      const row = kpi.rows[0]!;
      expect((await app.json<CasePage>(`${row.href}&limit=1`)).total).toBe(row.accepted);
    }
  });

  it('tells the same of the past as was true then', async () => {
    const asOf = '2026-10-01T00:00:00+08:00';
    const kpi = await app.json<KpiByDivision>(`/api/kpi/completion?asOf=${encodeURIComponent(asOf)}`);
    expect(kpi.total.accepted).toBe(await one(`select count(*)::int as n from cases where accepted_at <= '${asOf}'`));
    expect(kpi.total.closed).toBe(
      await one(`select count(*)::int as n from cases where closed_at <= '${asOf}' and status = 'closed'`),
    );
  });

  it('has one row a day, and a trend that adds up', async () => {
    const kpi = await app.json<KpiByDay>('/api/kpi/completion?by=day&from=2025-11-01&to=2026-11-23');
    expect(kpi.rows).toHaveLength(388);
    const { cases } = await app.json<Overview>('/api/overview');
    expect(kpi.rows.reduce((n, row) => n + row.accepted, 0)).toBe(cases.accepted.numerator);
    expect(kpi.rows.reduce((n, row) => n + row.closedOn, 0)).toBe(cases.closed.numerator);
    const { rows } = await database().query<{ id: number }>(
      `select division_id as id from cases where status = 'closed' and division_id in (select id from division where level = 5)
       group by 1 order by count(*) desc, 1 limit 1`,
    );
    for (const id of [1, 2, rows[0]!.id]) {
      const below = await app.json<KpiByDay>(`/api/kpi/completion?by=day&division=${id}&from=2025-11-01&to=2026-11-23`);
      const figures = (await app.json<Overview>(`/api/overview?division=${id}`)).cases;
      expect(below.rows.reduce((n, row) => n + row.accepted, 0)).toBe(figures.accepted.numerator);
      expect(below.rows.reduce((n, row) => n + row.closedOn, 0)).toBe(figures.closed.numerator);
      expect(figures.closed.numerator).toBeGreaterThan(0);
    }
  });

  it('pages by key: all cases once, in order', async () => {
    const seen: number[] = [];
    let after = '';
    do {
      const page = await app.json<CasePage>(`/api/cases?status=open&limit=37${after}`);
      expect(page.total === null).toBe(after !== '');
      seen.push(...page.items.map((item) => item.id));
      after = page.next === null ? '' : `&after=${page.next}`;
    } while (after !== '');
    const { rows } = await database().query<{ id: number }>(
      'select id::int from cases where open order by reported_at desc, id desc',
    );
    expect(seen).toEqual(rows.map((row) => row.id));
  });

  it('filters by text, category, source, bbox and elsewhere', async () => {
    const { items } = await app.json<CasePage>('/api/cases?status=open&limit=1');
    const [item] = items;
    const total = async (query: string) => (await app.json<CasePage>(`/api/cases?limit=1&${query}`)).total!;
    expect(await total(`q=${item!.caseNo}`)).toBe(1);
    expect(await total(`q=${encodeURIComponent('100%_\\')}`)).toBe(0);
    expect(await total(`category=${item!.category.code}`)).toBe(
      await one(
        `select count(*)::int as n from cases c join category g on g.id = c.category_id where g.code = '${item!.category.code}'`,
      ),
    );
    const { lng, lat } = item!;
    expect(await total(`bbox=${lng! - 1e-4},${lat! - 1e-4},${lng! + 1e-4},${lat! + 1e-4}`)).toBeGreaterThan(0);
    expect(await total('elsewhere=district')).toBe(0);
  });

  it('shows a case with all its steps', async () => {
    const detail = await app.json<CaseDetail>('/api/cases/100');
    expect(detail.steps[0]?.from).toBeNull();
    expect(detail.steps.at(-1)?.to).toBe(detail.status);
    expect(detail.steps.map((step) => step.seq)).toEqual(detail.steps.map((_, i) => i + 1));
  });

  it('resumes the live stream where a reader left it, none lost and none twice', async () => {
    const db = database();
    const step = async () => {
      const { rows } = await db.query<{ id: number }>(
        `select id::int from cases where status = 'to_file' order by id limit 1`,
      );
      await actOnCase(db, fixedClock(TEST_UNTIL), rows[0]!.id, {
        action: 'file',
        role: 'shift_lead',
        actor: 'x',
        note: null,
      });
      const seq = await relayOnce(db);
      await db.notices.publish(SEQ_TOPIC, String(seq));
      return seq!;
    };
    const first = await step();
    const ending = new AbortController();
    const response = await app.app.request('/api/live', {
      headers: { 'Last-Event-ID': String(first - 1) },
      signal: ending.signal,
    });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    const until = async (seq: number) => {
      while (!text.includes(`id: ${seq}\n`)) text += (await reader.read()).value ?? '';
    };
    await until(first);
    const second = await step();
    const third = await step();
    await until(third);
    expect([...text.matchAll(/^id: (\d+)$/gm)].map((m) => Number(m[1]))).toEqual([first, second, third]);
    const data = /data: (.*)\nid: \d+/.exec(text)![1]!;
    shapes.LiveCase.parse(JSON.parse(data));
    ending.abort();
    await reader.cancel();
    const late = await app.app.request('/api/live?since=999999');
    const lateReader = late.body!.pipeThrough(new TextDecoderStream()).getReader();
    let heard = '';
    while (!heard.includes('event: reset')) heard += (await lateReader.read()).value ?? '';
    await lateReader.cancel();
  });

  it('answers every wrong request with problem+json and never a 5xx', async () => {
    const big = 'x'.repeat(10_000);
    const wrong = [
      ...[
        'foo=1',
        'status=lost',
        'division=0',
        'division=abc',
        'division=99999999999',
        'from=2026-02-30',
        'from=x',
        'from=2026-03-01&to=2026-02-01',
        'bbox=1,2,3',
        'bbox=3,2,1,4',
        'bbox=a,b,c,d',
        'limit=0',
        'limit=501',
        'limit=1e3x',
        'after=zzz',
        'after=1.2.3',
        'q=',
        `q=${big}`,
        'by=x',
        'elsewhere=planet',
        'kpi=nope',
        'part=numerator',
        'kpi=filing&hour=2026-11-23T24',
        'kpi=filing&asOf=then',
        'after=99999999999999999.999999999999999&limit=-1',
      ].map((q) => `/api/cases?${q}`),
      ...['0', '-1', 'abc', '1.5', '9'.repeat(40)].map((id) => `/api/cases/${id}`),
      ...[
        'by=x',
        'level=x',
        'parent=-1',
        'asOf=yesterday',
        'asOf=2999-01-01T00:00:00Z',
        'by=hour&from=2026-01-01&to=2026-11-23',
        'compare=yoy',
        'category=nope',
        'owner=nobody',
        'from=9999-12-31',
        'by=day&from=1000-01-01',
        'by=division&division=2',
        'from=%00',
      ].map((q) => `/api/kpi/completion?${q}`),
      ...['division=0', 'division=%F0%9F%92%A9', 'x=1'].map((q) => `/api/overview?${q}`),
      ...['level=x', 'parent=0'].map((q) => `/api/divisions?${q}`),
      '/api/divisions/x',
      '/api/live?since=x',
      '/api/live?since=-1',
      ...[
        'cases/a/b/c.mvt',
        'cases/1/2/1.mvt',
        'cases/1/0/0',
        'cases/1/0/0.pbf',
        'cases/-1/0/0.mvt',
        'cases/99/0/0.mvt',
        'cases/01/0/0.mvt',
        'density/15/0/0.mvt',
        'places/13/0/0.mvt',
        'cases/1/0/0.mvt?status=x',
        'cases/1/0/0.mvt?x=y',
        'density/1/0/0.mvt?status=open',
        `cases/1/0/0.mvt?category=${big}`,
        'cases/1/0/0.mvt?from=2026-99-01',
      ].map((t) => `/tiles/${t}`),
    ];
    for (const path of wrong) {
      const response = await app.app.request(path);
      expect({ path: path.slice(0, 80), status: response.status }).toEqual({ path: path.slice(0, 80), status: 400 });
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      shapes.Problem.parse(await response.json());
    }
    const missing = [
      '/nope',
      '/api/nope',
      '/api/cases/999999999',
      '/api/divisions/999999',
      '/api/overview?division=999999',
      '/api/kpi/completion?parent=999999',
      '/api/kpi/nope',
      '/tiles/nope.json',
      '/tiles/constructor/1/0/0.mvt',
      '/tiles/__proto__.json',
    ];
    for (const path of missing) {
      const response = await app.app.request(path);
      expect({ path, status: response.status }).toEqual({ path, status: 404 });
      expect(response.headers.get('content-type')).toContain('application/problem+json');
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      expect((await app.app.request('/api/cases', { method })).status).toBe(405);
    }
  });

  it('survives text that databases choke on', async () => {
    for (const path of [
      '/api/cases?q=%00',
      '/api/cases?category=%00',
      '/api/cases?source=%00',
      '/tiles/cases/1/0/0.mvt?source=%00',
      "/api/cases?q=';drop table cases;--",
      '/api/cases?q=%EF%BF%BF%F0%9F%98%80',
      '/api/cases?after=99999999999999999.999999999999999',
      '/api/cases?q=%ff',
      '/api/cases?from=0001-01-01&to=9999-12-31',
      '/api/kpi/completion?from=0001-01-01&to=9999-12-31',
      '/api/kpi/completion?asOf=0001-01-01T00:00:00Z',
    ]) {
      const { status } = await app.app.request(path);
      expect({ path, ok: status < 500 }).toEqual({ path, ok: true });
    }
    expect(await one('select count(*)::int as n from cases')).toBeGreaterThan(1000);
  });

  it('describes itself, and says in its page what it describes', async () => {
    const document = await app.json<{ paths: Record<string, unknown> }>('/openapi.json');
    expect(Object.keys(document.paths)).toContain('/cases');
    const page = await (await app.app.request('/docs')).text();
    for (const path of Object.keys(document.paths)) expect(page).toContain(path);
    expect(page).not.toMatch(/(src|href)="https?:/);
  });
});
