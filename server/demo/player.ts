import type { DemoCity } from '../../demo/types.ts';
import { actOnCase, reportCase, type CaseAction, type CaseRole, type CaseStatus } from '../cases/index.ts';
import { fixedClock, repeat, type Clock, type Database } from '../db/index.ts';
import { HekanError } from '../errors.ts';
import { demoOnly } from './guard.ts';

/** A district with no more open cases than this closes none: no screen is to be empty. */
const KEEP_OPEN = 25;
const CASES_PER_SECOND = 480_717 / 365 / 86_400;
const STEPS_PER_CASE = 8;
/** Something moves at least this often, however small the city and however late the night. */
const MAX_WAIT_MS = 12_000;
const MIN_WAIT_MS = 300;
const CANDIDATES = 8;
/** A gap shorter than this is an ordinary pause; a longer one is made up for, as far back as this. */
const MISSED_MS = 10 * 60_000;
const CATCH_UP_MS = 3 * 86_400_000;

interface Candidate {
  id: number;
  status: CaseStatus;
  asked: CaseAction | null;
  district: number | null;
  dueAt: Date | null;
}

type Move = readonly [action: CaseAction, role: CaseRole, actor: string];

/** The usual next step, and now and then another one. @param luck 0 to 1. */
function nextMove({ status, asked }: Candidate, luck: number): Move | null {
  if (asked !== null && asked !== 'appeal' && asked !== 'handle_on_spot')
    return [luck < 0.8 ? asked : 'refuse', 'shift_lead', '值班长'];
  switch (status) {
    case 'reported':
      return luck < 0.5 ? ['accept', 'operator', '受理员'] : ['send_to_verify', 'operator', '受理员'];
    case 'verifying':
      return luck < 0.92 ? ['verify_exists', 'collector', '采集员'] : ['verify_absent', 'collector', '采集员'];
    case 'to_file':
      return ['file', 'shift_lead', '值班长'];
    case 'to_dispatch':
      return ['dispatch', 'dispatcher', '派遣员'];
    case 'handling':
      return luck < 0.97 ? ['feed_back', 'department', '专业部门'] : ['ask_return', 'department', '专业部门'];
    case 'suspended':
      return ['resume', 'department', '专业部门'];
    case 'to_check':
      return ['send_to_check', 'operator', '受理员'];
    case 'checking':
      return luck < 0.96 ? ['check_passed', 'collector', '采集员'] : ['check_failed', 'collector', '采集员'];
    case 'to_close':
      return ['close', 'shift_lead', '值班长'];
    default:
      return null;
  }
}

interface Words {
  datasetId: number;
  sources: Map<string, number>;
  categories: Map<string, { id: number; departmentId: number | null }>;
}

async function readWords(db: Database): Promise<Words | null> {
  const dataset = await db.query<{ id: number }>(`select id from dataset where key = 'demo-cases'`);
  const datasetId = dataset.rows[0]?.id;
  if (datasetId === undefined) return null;
  const sources = await db.query<{ id: number; key: string }>('select id, key from source');
  const categories = await db.query<{ id: number; code: string; departmentId: number | null }>(
    'select id, code, department_id as "departmentId" from category',
  );
  return {
    datasetId,
    sources: new Map(sources.rows.map(({ key, id }) => [key, id])),
    categories: new Map(categories.rows.map(({ code, ...rest }) => [code, rest])),
  };
}

/** Some unfinished cases at random, the most urgent first. */
async function pickCandidates(db: Database, salt: string): Promise<Candidate[]> {
  const { rows } = await db.query<Candidate>(
    `select id, status, asked, district, due_at as "dueAt" from (
       select c.id::int as id, c.status, c.asked, d.path[2] as district, c.due_at from cases c left join division d on d.id = c.division_id
       where c.open or c.status in ('reported', 'verifying') order by md5(c.id::text || $1::text) limit ${CANDIDATES}) as picked
     order by due_at nulls first, id`,
    [salt],
  );
  return rows;
}

async function openOf(db: Database, district: number | null): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::int as n from cases where open and division_id in (select id from division where $1::int = any(path))`,
    [district],
  );
  return rows[0]?.n ?? 0;
}

async function isDemo(db: Database): Promise<boolean> {
  const { rows } = await db.query(`select 1 from city where kind = 'demo' and ready`);
  return rows.length > 0;
}

async function openNow(db: Database): Promise<number> {
  const { rows } = await db.query<{ n: number }>('select count(*)::int as n from cases where open');
  return rows[0]?.n ?? 0;
}

/** When a case last took a step: where a demonstration without a player stands. Now, where there is none. */
export async function lastChange(db: Database): Promise<Date> {
  const { rows } = await db.query<{ at: Date | null }>('select max(updated_at) as at from cases');
  return rows[0]?.at ?? new Date();
}

async function report(db: Database, demo: DemoCity, clock: Clock, words: Words, count: number): Promise<void> {
  const signal = demo.nextSignal(clock.now().getTime(), count);
  const category = words.categories.get(signal.categoryCode);
  const sourceId = words.sources.get(signal.sourceKey);
  if (!category || sourceId === undefined) return;
  const { lng, lat, addressZh: address, descriptionZh: description } = signal;
  const where = { lng, lat, address, description };
  const what = { datasetId: words.datasetId, sourceId, categoryId: category.id, departmentId: category.departmentId };
  await reportCase(db, clock, { ...what, ...where }, { role: 'collector', actor: '采集员' });
}

async function advance(db: Database, clock: Clock, count: number): Promise<void> {
  const candidates = await pickCandidates(db, `${count}:${clock.now().getTime()}`);
  for (const candidate of candidates) {
    const move = nextMove(candidate, Math.random());
    if (!move) continue;
    if (candidate.status === 'to_close' && (await openOf(db, candidate.district)) <= KEEP_OPEN) continue;
    const [action, role, actor] = move;
    await actOnCase(db, clock, candidate.id, { action, role, actor, note: null }).catch((error: unknown) => {
      if (!(error instanceof HekanError)) throw error;
    });
    return;
  }
}

/**
 * Lives the demonstration: people report, officials take their steps, all through the ordinary code path. What happened while
 * no server ran is made up for first, at the city's own pace but without waiting. Ends by itself when the city is no longer a
 * demonstration.
 * @returns stop.
 */
export function startPlayer(
  given: Database,
  demo: DemoCity,
  scale: number,
  clock: Clock,
  onError: (error: unknown) => void,
): () => Promise<void> {
  const db = demoOnly(given);
  let words: Words | null = null;
  let count = 0;
  let usualOpen: number | null = null;
  /** Where the past that is made up for stands; null: none is left. */
  let past: number | null = null;

  async function begin(): Promise<void> {
    words = await readWords(db);
    usualOpen = await openNow(db);
    const now = clock.now().getTime();
    const last = (await lastChange(db)).getTime();
    if (now - last > MISSED_MS) past = Math.max(last, now - CATCH_UP_MS);
  }

  async function live(known: Words, usual: number): Promise<number> {
    count += 1;
    const at = past ?? clock.now().getTime();
    const stand = fixedClock(new Date(at));
    // A backlog that drifts is led back: fewer open than usual, more reports.
    const drift = (usual - (await openNow(db))) / Math.max(usual, 1);
    if (Math.random() < 1 / STEPS_PER_CASE + drift) await report(db, demo, stand, known, count);
    else await advance(db, stand, count);
    const perSecond = CASES_PER_SECOND * scale * demo.intensity(at) * STEPS_PER_CASE;
    const waitMs = (1000 / perSecond) * (0.5 + Math.random());
    if (past === null) return Math.max(MIN_WAIT_MS, Math.min(MAX_WAIT_MS * (0.5 + Math.random()), waitMs));
    past = past + waitMs < clock.now().getTime() ? past + waitMs : null;
    return 0;
  }

  const stop = repeat(async () => {
    if (!(await isDemo(db))) {
      void stop();
      return MAX_WAIT_MS;
    }
    if (usualOpen === null) await begin();
    return words && usualOpen !== null ? live(words, usualOpen) : MAX_WAIT_MS;
  }, onError);
  return stop;
}
