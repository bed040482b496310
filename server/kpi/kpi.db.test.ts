import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WHOLE_CITY } from '../access/index.ts';
import type { KpiTable } from '../api/shapes.ts';
import {
  changeCase,
  contributions,
  foldTally,
  indicatorOf,
  INDICATOR_IDS,
  insertDeltas,
  type IndicatorId,
} from '../cases/index.ts';
import type { Queryable } from '../db/index.ts';
import { loadSmallCity, openApp, TEST_UNTIL, type TestApp } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';
import { verifyTally } from '../verify.ts';
import { readFacts, type By, type Question } from './index.ts';

/** Far from the small city's year, so that a figure is of these cases alone. */
const DAY = '2020-05-01';
const at = (time: string) => `2020-05-01T${time}+08:00`;

type Facts = Record<string, string | number | boolean | null>;
const filed: Facts = { accepted_at: at('08:00'), filed_at: at('08:10'), due_at: at('12:00') };
const dispatched: Facts = { ...filed, dispatched_at: at('08:20'), dispatches: 1 };
const closed: Facts = { ...dispatched, status: 'closed', handled_at: at('10:00'), closed_at: at('11:00') };
const verified: Facts = { status: 'to_file', accepted_at: at('08:00'), verified_at: at('08:00') };

let made = 0;
/** Writes a case as the writers do: with what it adds to the counts. */
async function insert(client: Queryable, facts: Facts): Promise<number> {
  const all: Facts = { status: 'reported', reported_at: at('07:00'), updated_at: at('12:30'), ...facts };
  const names = Object.keys(all);
  const { rows } = await client.query<{ id: string }>(
    `with made as (
       insert into cases (dataset_id, external_id, case_no, source_id, category_id, ${names.join(', ')})
       values (999, $1::text, $1::text, (select min(id) from source), (select min(id) from category),
         ${names.map((_, i) => `$${i + 2}`).join(', ')}) returning *
     ), counted as (${insertDeltas(contributions('made'))})
     select id::text from made`,
    [`kpi-${++made}`, ...Object.values(all)],
  );
  return Number(rows[0]!.id);
}

async function update(client: Queryable, id: number, facts: Facts): Promise<void> {
  const set = Object.keys(facts).map((name, i) => `${name} = $${i + 2}`);
  await client.query(
    `with old as (select * from cases where id = $1::bigint),
     moved as (update cases set ${set.join(', ')} where id = $1::bigint returning *)
     ${insertDeltas(`${contributions('old', -1)} union all ${contributions('moved')}`)}`,
    [id, ...Object.values(facts)],
  );
}

/** Indicator → numerator / denominator of the cases of a row. `null`: nothing to divide by. */
const TABLE: [name: string, cases: Facts[], figures: Partial<Record<IndicatorId, string>>][] = [
  ['nothing', [], { completion: '0/0', closure: '0/0', satisfaction: '0/0' }],
  [
    'one closed in time',
    [closed],
    {
      completion: '1/1',
      filing: '1/1',
      closure: '1/1',
      on_time_closure: '1/1',
      on_time_disposal: '1/1',
      overdue: '0/1',
      accurate_dispatch: '1/1',
      return: '0/1',
    },
  ],
  [
    'closed late but handled in time',
    [{ ...closed, due_at: at('10:30') }],
    { on_time_closure: '0/1', on_time_disposal: '1/1' },
  ],
  ['handled late', [{ ...closed, due_at: at('09:00') }], { overdue: '1/1', on_time_disposal: '0/1', disposal: '1/1' }],
  ['the deadline itself is in time', [{ ...closed, due_at: at('11:00') }], { on_time_closure: '1/1' }],
  [
    'overdue and open',
    [closed, { ...dispatched, status: 'handling' }],
    { closure: '1/2', disposal: '1/2', overdue: '1/2', completion: '1/2' },
  ],
  [
    'not due yet is not due',
    [{ ...dispatched, status: 'handling', due_at: '2099-01-01T00:00:00Z' }],
    { closure: '0/0' },
  ],
  [
    'suspended, void and appealed are left out',
    [
      { ...dispatched, status: 'suspended' },
      { ...dispatched, status: 'void' },
      { ...closed, excluded: true },
    ],
    { closure: '0/0', disposal: '0/0', overdue: '0/0', completion: '1/3', return: '0/1' },
  ],
  ['reworked', [{ ...closed, reworks: 2 }, closed], { rework: '1/2' }],
  ['sent to another department', [{ ...closed, dispatches: 2, redispatches: 1 }, closed], { accurate_dispatch: '1/2' }],
  ['sent twice to the same', [{ ...closed, dispatches: 2 }], { accurate_dispatch: '1/1' }],
  [
    'stages that ended late',
    [
      { ...verified, late_stages: 1 },
      { ...verified, filed_at: at('08:10'), status: 'to_dispatch', late_stages: 2 },
      { ...closed, late_stages: 4 },
      { ...closed, checked_at: at('10:30'), late_stages: 8 },
    ],
    { on_time_verify: '1/2', on_time_filing: '2/3', on_time_dispatch: '1/2', on_time_check: '0/1' },
  ],
  [
    'a stage past its limit is due',
    [{ status: 'verifying', stage_due_at: at('09:00') }, verified],
    { on_time_verify: '1/2' },
  ],
  ['returned', [{ ...dispatched, status: 'to_dispatch', returns: 1 }, closed], { return: '1/2' }],
  ['doubled', [{ duplicate_of: 1 }, closed], { duplicate: '1/2', filing: '1/2' }],
  [
    'called back',
    [
      { ...closed, called_back_at: at('15:00'), satisfied: true },
      { ...closed, called_back_at: at('15:00'), satisfied: false },
      { ...dispatched, status: 'handling', called_back_at: at('15:00') }, // dissatisfied, and reopened
    ],
    { satisfaction: '1/3' },
  ],
];

function ask(id: IndicatorId, more: Partial<Question> = {}): Question {
  const period = { from: DAY, to: DAY };
  const base = { level: 0, within: null, only: [], period, timeZone: 'Asia/Shanghai', now: TEST_UNTIL, asOf: null };
  return { sums: indicatorOf(id), indicator: id, by: 'total', ...base, ...more };
}

async function shown(client: Queryable, question: Question): Promise<string> {
  const { numerator = 0, denominator = 0 } = (await readFacts(client, WHOLE_CITY, question)).get('0') ?? {};
  return `${numerator}/${denominator}`;
}

describeOnEngines('every indicator', (database) => {
  let app: TestApp;
  beforeAll(async () => {
    await loadSmallCity(database());
    app = await openApp(database());
  });
  afterAll(() => app.close());

  it.each(TABLE)('%s', async (_name, cases, figures) => {
    // Thrown away again: each row stands alone.
    const undo = new Error('undo');
    const work = database().transaction(async (client) => {
      for (const facts of cases) await insert(client, facts);
      for (const [id, expected] of Object.entries(figures) as [IndicatorId, string][]) {
        expect({ id, shown: await shown(client, ask(id)) }).toEqual({ id, shown: expected });
        // The end of time: what is due counts from the cases alone.
        const recount = await shown(client, ask(id, { asOf: TEST_UNTIL }));
        expect({ id, recount }).toEqual({ id, recount: expected });
      }
      throw undo;
    });
    await expect(work).rejects.toBe(undo);
  });

  it('knows the edges of days and hours in the zone of the city', async () => {
    const undo = new Error('undo');
    const work = database().transaction(async (client) => {
      await insert(client, { reported_at: '2020-05-01T23:59:59.999+08:00' });
      await insert(client, { reported_at: '2020-05-02T00:00:00+08:00' });
      const period = { from: '2020-05-01', to: '2020-05-02' };
      const by = (unit: By) => readFacts(client, WHOLE_CITY, ask('filing', { by: unit, period }));
      expect([...(await by('day')).keys()].sort()).toEqual(['2020-05-01', '2020-05-02']);
      expect([...(await by('hour')).keys()].sort()).toEqual(['2020-05-01T23', '2020-05-02T00']);
      throw undo;
    });
    await expect(work).rejects.toBe(undo);
  });

  it('has cases behind every figure, exactly as many', async () => {
    const tables = [
      'by=division&level=district',
      'by=category&from=2026-09-03&to=2026-11-23',
      'by=source',
      'by=department&division=2',
      'by=owner',
      'by=month&from=2026-01-15&to=2026-11-20',
      'by=hour&from=2026-11-20&to=2026-11-20',
      'by=person&from=2026-10-01&to=2026-10-31&division=3',
      'by=division&asOf=2026-10-01T00:00:00%2B08:00',
    ];
    for (const id of INDICATOR_IDS)
      for (const query of tables.filter((_, i) => (i + INDICATOR_IDS.indexOf(id)) % 4 === 0)) {
        const table = await app.json<KpiTable>(`/api/kpi/${id}?${query}`);
        const row = [...table.rows].sort((a, b) => b.denominator - a.denominator)[0] ?? table.total;
        for (const one of [row, table.total]) {
          const total = async (href: string | null) => (await app.json<{ total: number }>(`${href}&limit=1`)).total;
          expect({ id, query, n: await total(one.href) }).toEqual({ id, query, n: one.denominator });
          expect({ id, query, n: await total(one.numeratorHref) }).toEqual({ id, query, n: one.numerator });
        }
        const sum = table.rows.reduce((n, { denominator }) => n + denominator, table.elsewhere.denominator);
        expect(sum).toBe(table.total.denominator);
      }
  });

  it('gives what was known then: deadline, department and category of that instant', async () => {
    const undo = new Error('undo');
    const work = database().transaction(async (client) => {
      const id = await insert(client, { ...dispatched, status: 'handling', department_id: 1 });
      const { rows } = await client.query<{ id: number }>('select max(id)::int as id from category');
      // Extended at 13:00, an hour after the deadline; sent to another department, and of another category.
      const set = `due_at = $2::timestamptz, department_id = 2, category_id = $3::int, updated_at = $4::timestamptz`;
      await changeCase(client, set, [id, at('20:00'), rows[0]!.id, at('13:00')]);
      const open = (asOf: string, by: By = 'total') =>
        readFacts(client, WHOLE_CITY, ask('closure', { by, asOf: new Date(asOf) }));
      expect((await open(at('11:59'))).size).toBe(0);
      expect((await open(at('12:30'))).get('0')).toEqual({ numerator: 0, denominator: 1 });
      expect([...(await open(at('12:30'), 'department')).keys()]).toEqual(['1']);
      expect([...(await open(at('12:30'), 'category')).keys()]).not.toEqual([String(rows[0]!.id)]);
      expect((await open(at('13:30'))).size).toBe(0);
      expect([...(await open(at('20:30'), 'department')).keys()]).toEqual(['2']);
      throw undo;
    });
    await expect(work).rejects.toBe(undo);
  });

  it('compares with a year before and with the period before', async () => {
    const table = await app.json<KpiTable>('/api/kpi/filing?by=month&from=2026-03-01&to=2026-04-30&compare=pop');
    expect(table.before).toEqual({ from: '2026-01-01', to: '2026-02-28' });
    const then = await app.json<KpiTable>('/api/kpi/filing?by=month&from=2026-01-01&to=2026-02-28');
    expect(table.rows.map((row) => row.before?.denominator)).toEqual(then.rows.map((row) => row.denominator));
  });
});

const CHANGE = fc.record({
  case: fc.nat(11),
  status: fc.constantFrom('reported', 'verifying', 'to_file', 'handling', 'suspended', 'checking', 'closed', 'void'),
  days: fc.array(fc.nat(45), { minLength: 6, maxLength: 6 }),
  excluded: fc.boolean(),
  reworks: fc.nat(1),
  late_stages: fc.nat(15),
  fold: fc.boolean(),
});

describeOnEngines('rates as read', (database) => {
  beforeAll(async () => {
    await loadSmallCity(database());
  });

  it('are a recount at every moment, whatever happens to cases', async () => {
    const db = database();
    const ids: number[] = [];
    for (let i = 0; i < 12; i++) ids.push(await insert(db, { division_id: 100 + i }));
    // From 45 days before the city's now to some hours after it.
    const instant = (days: number) => new Date(TEST_UNTIL.getTime() + 6 * 3_600_000 - days * 43_200_000).toISOString();
    const property = fc.asyncProperty(CHANGE, fc.constantFrom(...INDICATOR_IDS), async (change, id) => {
      const [accepted, dispatchedOn, due, handled, closedOn, stage] = change.days.map(instant);
      const { status, excluded, reworks, late_stages } = change;
      const facts = {
        status,
        excluded,
        reworks,
        late_stages,
        due_at: due!,
        stage_due_at: stage!,
        accepted_at: accepted!,
      };
      const later = {
        handled_at: handled!,
        dispatched_at: dispatchedOn!,
        verified_at: accepted!,
        filed_at: dispatchedOn!,
      };
      const ended = status === 'closed' ? closedOn! : null;
      await update(db, ids[change.case]!, { ...facts, ...later, closed_at: ended, updated_at: at('12:30') });
      if (change.fold) await foldTally(db);
      for (const by of ['total', 'month', 'day', 'category'] as const) {
        const period = { from: '2026-10-20', to: '2026-11-23' };
        const read = await readFacts(db, WHOLE_CITY, ask(id, { by, period }));
        // Instants after now are none of the past's; the cases themselves are asked by a key that the tally cannot combine.
        const only = [
          { kind: 'owner', ids: [0, 1] },
          { kind: 'owner', ids: [0, 1] },
        ] as const;
        const recount = await readFacts(db, WHOLE_CITY, ask(id, { by, period, only }));
        const some = (facts: typeof read) =>
          [...facts].filter(([, { numerator, denominator }]) => numerator !== 0 || denominator !== 0).sort();
        expect({ id, by, rows: some(read) }).toEqual({ id, by, rows: some(recount) });
      }
    });
    await fc.assert(property, { numRuns: db.engine === 'embedded' ? 15 : 60, seed: 7 });
    expect((await verifyTally(db)).different).toBe(0);
  }, 300_000);
});
