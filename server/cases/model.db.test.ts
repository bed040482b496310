import { beforeAll, expect, it } from 'vitest';
import { fixedClock, type Database } from '../db/index.ts';
import { HekanError } from '../errors.ts';
import { loadSmallCity, TEST_UNTIL } from '../testing/city.ts';
import { dice } from '../testing/dice.ts';
import { describeOnEngines } from '../testing/database.ts';
import { verifyTally } from '../verify.ts';
import {
  actOnCase,
  allowedActions,
  applyAction,
  CASE_ACTIONS,
  CASE_ROLES,
  foldTally,
  reportCase,
  reportedState,
  sealOnce,
  takeAction,
  verifyLog,
  type Act,
  type CaseState,
  type Rules,
  type Stage,
  WorkCalendar,
} from './index.ts';
import { lockCase } from './state.ts';

/** Steps in all; the long suite asks for more. */
const STEPS = Number(process.env['HEKAN_MODEL_STEPS'] ?? 20_000);
/** The embedded engine takes the same way with fewer of them. */
const EMBEDDED_SHARE = 0.1;
const RATES_EVERY = 500;
const CASES = 60;
const HOUR = 3_600_000;

const HOURS = { hours: ['08:30-12:00', '13:30-18:00'], daysOff: [], makeUpDays: [] };
const YEARS = Array.from({ length: 40 }, (_, i) => ({ year: 2025 + i, ...HOURS }));
const STAGES: [Stage, number, 'urgent_hour' | 'working_hour'][] = [
  ['verify', 2, 'urgent_hour'],
  ['filing', 1, 'working_hour'],
  ['dispatch', 3, 'urgent_hour'],
  ['check', 5, 'working_hour'],
];
const LIMIT = { value: 3, unit: 'working_day' } as const;

async function setUp(db: Database): Promise<{ datasetId: number; sourceId: number; categoryId: number }> {
  // The city's own rules make way for those that the model knows.
  for (const table of ['work_calendar', 'stage_limit', 'time_limit']) await db.query(`delete from ${table}`);
  await db.query(
    `insert into work_calendar (year, hours, days_off, make_up_days) select y, $2::text[], '{}', '{}' from unnest($1::int[]) as y`,
    [YEARS.map(({ year }) => year), HOURS.hours],
  );
  for (const stage of STAGES)
    await db.query('insert into stage_limit values ($1::text, $2::float8, $3::limit_unit)', stage);
  const { rows } = await db.query<{ datasetId: number; sourceId: number; categoryId: number }>(
    `select (select id from dataset where key = 'demo-cases') as "datasetId", (select min(id) from source) as "sourceId",
       (select min(id) from category) as "categoryId"`,
  );
  await db.query(`insert into time_limit (category_id, value, unit) values ($1::int, $2::float8, $3::limit_unit)`, [
    rows[0]!.categoryId,
    LIMIT.value,
    LIMIT.unit,
  ]);
  return rows[0]!;
}

/** What the strip of the model knows: nothing but the machine's own words, kept in memory. */
class Model {
  readonly cases = new Map<number, { state: CaseState; steps: number }>();
  readonly rules: Rules;

  constructor() {
    this.rules = {
      calendar: new WorkCalendar('Asia/Shanghai', YEARS),
      limit: LIMIT,
      stages: new Map(STAGES.map(([stage, value, unit]) => [stage, { value, unit }])),
    };
  }

  /** @throws HekanError as the database must. */
  act(id: number, act: Act, at: Date): void {
    const one = this.cases.get(id)!;
    const before = one.state.status;
    if (act.action === 'merge') this.#checkParent(id, act.data?.duplicateOf);
    this.#take(id, act, at);
    const after = one.state.status;
    if (after === 'closed' && before !== 'closed') this.#follow(id, 'close', at);
    else if (['rejected', 'not_filed', 'void'].includes(after)) this.#follow(id, 'release', at);
  }

  #take(id: number, act: Act, at: Date): void {
    const one = this.cases.get(id)!;
    const t = takeAction(one.state, act.action, act.role);
    one.state = applyAction(one.state, t, at, act.data ?? {}, this.rules).state;
    one.steps++;
  }

  #follow(id: number, action: 'close' | 'release', at: Date): void {
    const waiting = ['reported', 'verifying', 'to_file', 'to_dispatch'];
    for (const [child, { state }] of this.cases)
      if (state.duplicateOf === id && waiting.includes(state.status))
        this.#take(child, { action, role: 'system', actor: 'system', note: null }, at);
  }

  #checkParent(id: number, parentId: number | undefined): void {
    if (parentId === undefined) return;
    const parent = this.cases.get(parentId);
    const ended = parent && ['closed', 'rejected', 'not_filed', 'void'].includes(parent.state.status);
    const isParent = [...this.cases.values()].some(({ state }) => state.duplicateOf === id);
    if (parentId === id || !parent || ended || parent.state.duplicateOf !== null || isParent)
      throw new HekanError('conflict', 'no such parent');
  }
}

const outcome = (error: unknown): string => {
  if (!(error instanceof HekanError)) throw error;
  return error.code;
};

describeOnEngines('a city and its model', (database) => {
  let words: { datasetId: number; sourceId: number; categoryId: number };
  beforeAll(async () => {
    await loadSmallCity(database());
    words = await setUp(database());
  });

  it(
    'agree after every action, possible or not, by anybody',
    async () => {
      const db = database();
      const steps = db.engine === 'embedded' ? STEPS * EMBEDDED_SHARE : STEPS;
      const [roll, model] = [dice(2026), new Model()];
      const pick = <T>(items: readonly T[]): T => items[roll(items.length)]!;
      let at = TEST_UNTIL.getTime();
      let taken = 0;
      for (let step = 0; step < steps; step++) {
        at += roll(2 * HOUR);
        const now = new Date(at);
        const clock = fixedClock(now);
        const live = [...model.cases.keys()].slice(-CASES);
        if (live.length < CASES || roll(12) === 0) {
          const where = {
            lng: 123.9 + roll(100) / 1000,
            lat: 47.3 + roll(100) / 1000,
            address: null,
            description: null,
          };
          const report = { ...words, departmentId: null, ...where };
          const id = await reportCase(db, clock, report, { role: 'collector', actor: 'c' });
          model.cases.set(id, { state: reportedState(now, null), steps: 1 });
          continue;
        }
        const id = pick(live);
        const data = { departmentId: 1 + roll(4), assisting: [5], satisfied: roll(2) === 0, duplicateOf: pick(live) };
        // Most of the time something that is possible: else a case would hardly get on its way.
        const possible = allowedActions(model.cases.get(id)!.state).filter(({ action }) => action !== 'correct');
        const sensible = possible.length > 0 && roll(10) > 0 ? pick(possible) : null;
        const action = sensible?.action ?? pick(CASE_ACTIONS.filter((one) => one !== 'correct'));
        const role = sensible ? pick(sensible.roles) : pick(CASE_ROLES);
        const act: Act = { action, role, actor: 'x', note: roll(3) === 0 ? '备注' : null, data };
        const expected = await Promise.resolve()
          .then(() => (model.act(id, act, now), 'ok'))
          .catch(outcome);
        const got = await actOnCase(db, clock, id, act).then(() => 'ok', outcome);
        expect({ step, action, role, got }).toEqual({ step, action, role, got: expected });
        if (got === 'ok') taken++;
        const { state, head } = await db.transaction((client) => lockCase(client, id));
        expect({ step, seq: head.seq, ...state }).toEqual({
          step,
          seq: model.cases.get(id)!.steps,
          ...model.cases.get(id)!.state,
        });
        if (step % 97 === 0) await foldTally(db);
        if (step % 211 === 0) await sealOnce(db, now);
        if (step % RATES_EVERY === 0) expect((await verifyTally(db)).different).toBe(0);
      }
      expect(taken).toBeGreaterThan(steps / 4);
      expect((await verifyTally(db)).different).toBe(0);
      expect(await verifyLog(db)).toMatchObject({ faults: 0, first: null });
    },
    Math.max(1_800_000, STEPS * 100),
  );
});
