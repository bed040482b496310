/** What must hold when the load is over: what was acknowledged is stored once, each has its case once, counts and logs are right. */
import { setTimeout as sleep } from 'node:timers/promises';
import { verifyLog } from '../../../server/cases/index.ts';
import type { Database } from '../../../server/db/index.ts';
import { verifyTally } from '../../../server/verify.ts';

/** A line of the sender. */
export interface Sent {
  outlet: string;
  externalId: string;
  dueAt: number;
  latencyMs: number;
  status: number;
  receipt: string;
}

export function parseSent(text: string): Sent[] {
  return text.split('\n').flatMap((line) => {
    const [outlet, externalId, dueAt, latencyMs, status, receipt] = line.split('\t');
    if (outlet === undefined || externalId === undefined) return [];
    return [
      {
        outlet,
        externalId,
        dueAt: Number(dueAt),
        latencyMs: Number(latencyMs),
        status: Number(status),
        receipt: receipt ?? '',
      },
    ];
  });
}

/** Resolves when no signal waits for the worker and no notice for the relay. @returns s that it took; throws after `limitS`. */
export async function drain(db: Database, limitS: number): Promise<number> {
  const began = performance.now();
  for (;;) {
    const { rows } = await db.query<{ left: boolean }>(
      `select exists (select 1 from signal where state = 'received') or exists (select 1 from outbox) as left`,
    );
    const tookS = (performance.now() - began) / 1000;
    if (rows[0]?.left === false) return tookS;
    if (tookS > limitS) throw new Error(`signals are left after ${limitS} s`);
    await sleep(100);
  }
}

export interface Checked {
  acknowledged: number;
  /** Acknowledged and not there under its receipt. */
  lost: number;
  cases: number;
  /** Signals with more or fewer cases than one. */
  wrongCases: number;
  /** Signals that wait for an operator. */
  waiting: number;
  countsDifferent: number;
  logFaults: number;
}

const LOST = `
  select count(*)::int as n from unnest($1::text[], $2::text[], $3::uuid[]) as sent (outlet, external_id, receipt)
  where not exists (
    select 1 from signal s join outlet o on o.id = s.outlet_id
    where o.key = sent.outlet and s.external_id = sent.external_id and s.receipt = sent.receipt)`;
const CASES = `
  select coalesce(sum(cases), 0)::int as cases, (count(*) filter (where cases <> 1))::int as wrong,
    (count(*) filter (where state = 'waiting'))::int as waiting
  from (
    select s.state, count(c.id) as cases from signal s join outlet o on o.id = s.outlet_id
      left join cases c on c.external_id = o.key || ':' || s.external_id
    group by s.outlet_id, s.external_id) as of_signal`;

export async function check(db: Database, sent: readonly Sent[]): Promise<Checked> {
  const acknowledged = sent.filter(({ status }) => status === 202);
  let lost = 0;
  for (let from = 0; from < acknowledged.length; from += 20_000) {
    const some = acknowledged.slice(from, from + 20_000);
    const columns = [some.map((s) => s.outlet), some.map((s) => s.externalId), some.map((s) => s.receipt)];
    lost += (await db.query<{ n: number }>(LOST, columns)).rows[0]!.n;
  }
  const { cases, wrong, waiting } = (await db.query<{ cases: number; wrong: number; waiting: number }>(CASES)).rows[0]!;
  const [counts, log] = [await verifyTally(db), await verifyLog(db)];
  return {
    acknowledged: acknowledged.length,
    lost,
    cases,
    wrongCases: wrong,
    waiting,
    countsDifferent: counts.different,
    logFaults: log.faults,
  };
}

/** From when a signal was due to when a screen heard of its case, in ms, sorted. @returns and how many were never heard of. */
export async function casesHeard(
  db: Database,
  sent: readonly Sent[],
  heard: ReadonlyMap<number, number>,
): Promise<{ waitsMs: number[]; unheard: number }> {
  const { rows } = await db.query<{ outlet: string; externalId: string; caseId: number }>(
    `select o.key as outlet, s.external_id as "externalId", s.case_id::float8 as "caseId" from signal s join outlet o on o.id = s.outlet_id
     where s.state = 'cased'`,
  );
  const caseOf = new Map(rows.map(({ outlet, externalId, caseId }) => [`${outlet} ${externalId}`, caseId]));
  const waitsMs: number[] = [];
  let unheard = 0;
  for (const { outlet, externalId, dueAt, status } of sent) {
    if (status !== 202) continue;
    const at = heard.get(caseOf.get(`${outlet} ${externalId}`) ?? -1);
    if (at === undefined) unheard++;
    else waitsMs.push(at - dueAt);
  }
  return { waitsMs: waitsMs.sort((a, b) => a - b), unheard };
}
