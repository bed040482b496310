import type { Database, Queryable } from '../../db/index.ts';
import type { CaseStatus } from '../words.ts';
import { GENESIS, hashSeal, hashStep, type Head, type LoggedStep } from './chain.ts';

const CASES = 2000;

/** Something that is not as it was written. */
export interface LogFault {
  /** Null: a seal. */
  caseId: number | null;
  /** Of the step, or of the seal. */
  seq: number;
  reason: string;
}

export interface LogVerdict {
  cases: number;
  steps: number;
  seals: number;
  /** Steps written before logs were chained. */
  unchained: number;
  /** Heads that wait for the next seal. */
  waiting: number;
  faults: number;
  /** The first of them. */
  first: LogFault | null;
}

interface StepRow extends LoggedStep {
  caseId: number;
  seq: number;
  hash: Buffer | null;
}

interface CaseRow {
  id: number;
  status: CaseStatus;
  sealed: { seq: number; hash: Buffer } | null;
  waiting: number | null;
}

async function readCases(client: Queryable, after: number): Promise<CaseRow[]> {
  const { rows } = await client.query<{
    id: string;
    status: CaseStatus | null;
    sealedSeq: number | null;
    sealedHash: Buffer | null;
    waiting: number | null;
  }>(
    `with known as (
       (select id from cases where id > $1::bigint order by id limit ${CASES})
       union (select distinct case_id from seal_head where case_id > $1::bigint order by case_id limit ${CASES})
       union (select distinct case_id from step where case_id > $1::bigint order by case_id limit ${CASES})
     )
     select k.id::text, c.status, h.seq::int as "sealedSeq", h.hash as "sealedHash", w.seq::int as waiting
     from (select id from known order by id limit ${CASES}) as k left join cases c on c.id = k.id
       left join lateral (select seq, hash from seal_head where case_id = k.id order by seq desc limit 1) as h on true
       left join lateral (select seq from unsealed where case_id = k.id order by seq desc limit 1) as w on true
     order by k.id`,
    [after],
  );
  return rows.map(({ id, status, sealedSeq, sealedHash, waiting }) => ({
    id: Number(id),
    // A case that only its log or its seal still knows: no status matches.
    status: status ?? ('(gone)' as CaseStatus),
    sealed: sealedSeq === null || sealedHash === null ? null : { seq: sealedSeq, hash: sealedHash },
    waiting,
  }));
}

async function readSteps(client: Queryable, from: number, to: number): Promise<Map<number, StepRow[]>> {
  const { rows } = await client.query<Omit<StepRow, 'caseId' | 'usedMs'> & { caseId: string; usedMs: string | null }>(
    `select case_id::text as "caseId", seq::int as seq, at, action, from_status as "from", to_status as "to", role, actor, note,
       used_ms::text as "usedMs", late, data, hash
     from step where case_id between $1::bigint and $2::bigint order by case_id, seq`,
    [from, to],
  );
  const byCase = new Map<number, StepRow[]>();
  for (const row of rows) {
    const caseId = Number(row.caseId);
    const step = { ...row, caseId, usedMs: row.usedMs === null ? null : Number(row.usedMs) };
    const steps = byCase.get(caseId);
    if (steps) steps.push(step);
    else byCase.set(caseId, [step]);
  }
  return byCase;
}

/** What is wrong with one case's log, or null. */
function checkCase(one: CaseRow, steps: readonly StepRow[]): { seq: number; reason: string } | null {
  let before: Buffer = GENESIS;
  let status: CaseStatus | null = null;
  for (const [i, step] of steps.entries()) {
    const seq = i + 1;
    if (step.seq !== seq) return { seq, reason: `step ${seq} is missing` };
    if (step.from !== status) return { seq, reason: `it goes from ${step.from}, but the case stood at ${status}` };
    status = step.to;
    if (step.hash === null) {
      if (before !== GENESIS) return { seq, reason: 'it has no hash' };
      continue;
    }
    const hash = hashStep(before, one.id, seq, step);
    if (!hash.equals(step.hash)) return { seq, reason: 'its hash is not that of what it says and of the step before' };
    before = hash;
  }
  return checkEnd(one, steps, status);
}

function checkEnd(one: CaseRow, steps: readonly StepRow[], status: CaseStatus | null) {
  const last = steps.length;
  const { sealed, waiting } = one;
  if (sealed) {
    const step = steps[sealed.seq - 1];
    if (!step) return { seq: sealed.seq, reason: `sealed, but the log ends at ${last}` };
    if (!step.hash?.equals(sealed.hash)) return { seq: sealed.seq, reason: 'it is not the step that was sealed' };
  }
  const chained = steps.at(-1)?.hash ?? null;
  if (chained && last > Math.max(sealed?.seq ?? 0, waiting ?? 0))
    return { seq: last, reason: 'it is neither sealed nor waiting for a seal' };
  if (status !== one.status) return { seq: last, reason: `the case says ${one.status}, its log says ${status}` };
  return null;
}

async function checkSeals(client: Queryable, tell: (fault: LogFault) => void): Promise<number> {
  const { rows: seals } = await client.query<{ id: string; at: Date; heads: number; hash: Buffer }>(
    'select id::text, at, heads, hash from seal order by seal.id',
  );
  let before = GENESIS;
  for (const [i, seal] of seals.entries()) {
    const id = Number(seal.id);
    if (id !== i + 1) {
      tell({ caseId: null, seq: i + 1, reason: `seal ${i + 1} is missing` });
      return seals.length;
    }
    const { rows } = await client.query<{ caseId: string; seq: number; hash: Buffer }>(
      `select case_id::text as "caseId", seq::int as seq, hash from seal_head where seal_id = $1::bigint order by case_id`,
      [id],
    );
    const heads: Head[] = rows.map((row) => ({ ...row, caseId: Number(row.caseId) }));
    if (!hashSeal(before, id, seal.at, heads).equals(seal.hash))
      tell({ caseId: null, seq: id, reason: 'its hash is not that of its heads and of the seal before' });
    before = seal.hash;
  }
  return seals.length;
}

/**
 * Invariant 2: reads every log and every seal, and tells what was tampered with, dropped or inserted. In one snapshot, so that the
 * city may go on meanwhile.
 * @param onProgress after each batch: cases so far.
 */
export async function verifyLog(
  db: Database,
  onProgress: (cases: number) => void = () => undefined,
): Promise<LogVerdict> {
  return db.snapshot(async (client) => {
    const verdict: LogVerdict = { cases: 0, steps: 0, seals: 0, unchained: 0, waiting: 0, faults: 0, first: null };
    const tell = (fault: LogFault) => {
      verdict.faults++;
      verdict.first ??= fault;
    };
    let after = -1;
    for (;;) {
      const cases = await readCases(client, after);
      const last = cases.at(-1);
      if (!last) break;
      const steps = await readSteps(client, after + 1, last.id);
      for (const one of cases) {
        const log = steps.get(one.id) ?? [];
        verdict.steps += log.length;
        verdict.unchained += log.filter(({ hash }) => hash === null).length;
        if (one.waiting !== null) verdict.waiting++;
        const fault = checkCase(one, log);
        if (fault) tell({ caseId: one.id, ...fault });
      }
      verdict.cases += cases.length;
      after = last.id;
      onProgress(verdict.cases);
    }
    verdict.seals = await checkSeals(client, tell);
    return verdict;
  });
}
