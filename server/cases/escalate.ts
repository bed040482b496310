import { fixedClock, type Database } from '../db/index.ts';
import { HekanError } from '../errors.ts';
import { actOnCase } from './act.ts';

/** Cases in one pass. */
const BATCH = 200;

/**
 * Escalates open cases that are as long overdue as the city's rules say, a level at a time.
 * @returns how many; BATCH at most, then there may be more.
 */
export async function escalateOverdue(db: Database, now: Date): Promise<number> {
  const { rows } = await db.query<{ id: string; level: number; hours: number }>(
    `select c.id::text as id, r.level::int as level, r.overdue_hours as hours
     from escalation_rule r join cases c on r.level = c.escalation + 1
       and c.due_at < $1::timestamptz - make_interval(secs => r.overdue_hours * 3600)
     where c.open and c.status <> 'suspended' order by c.due_at limit ${BATCH}`,
    [now],
  );
  let escalated = 0;
  for (const { id, level, hours } of rows) {
    const act = {
      action: 'escalate',
      role: 'system',
      actor: 'system',
      note: null,
      data: { level, overdueHours: hours },
    } as const;
    // Somebody may have closed or merged it meanwhile.
    await actOnCase(db, fixedClock(now), Number(id), act).then(
      () => escalated++,
      (error: unknown) => {
        if (!(error instanceof HekanError && error.code === 'conflict')) throw error;
      },
    );
  }
  return escalated;
}
