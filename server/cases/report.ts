import { locateDivisions } from '../city/index.ts';
import type { Clock, Database, Queryable } from '../db/index.ts';
import { HekanError } from '../errors.ts';
import { announceCase } from './announce.ts';
import type { Act } from './act.ts';
import { checkReporter } from './machine.ts';
import { insertCases } from './write.ts';

export interface Report {
  datasetId: number;
  sourceId: number;
  categoryId: number;
  departmentId: number | null;
  lng: number;
  lat: number;
  address: string | null;
  description: string | null;
}

/** The running part is the case's id; the day is the city's. */
async function nextCaseNo(client: Queryable, at: Date): Promise<{ id: number; caseNo: string }> {
  const { rows } = await client.query<{ id: number; caseNo: string }>(
    `select n.id::int as id, c.case_no_prefix || to_char($1::timestamptz at time zone c.time_zone, 'YYYYMMDD') || '-' ||
       lpad(n.id::text, 7, '0') as "caseNo"
     from city c cross join (select nextval(pg_get_serial_sequence('cases', 'id')) as id) as n`,
    [at],
  );
  const next = rows[0];
  if (!next) throw new HekanError('not_ready', 'there is no city yet');
  return next;
}

/** A new case (信息收集): reported, located, announced. @returns its id. */
export async function reportCase(
  db: Database,
  clock: Clock,
  report: Report,
  by: Pick<Act, 'role' | 'actor'>,
): Promise<number> {
  return db.transaction(async (client) => {
    const at = clock.now();
    checkReporter(by.role);
    const status = 'reported' as const;
    const { id, caseNo } = await nextCaseNo(client, at);
    const [divisionId = 0] = await locateDivisions(client, [[report.lng, report.lat]]);
    const { datasetId, ...rest } = report;
    const unset = {
      acceptedAt: null,
      filedAt: null,
      dispatchedAt: null,
      yellowAt: null,
      dueAt: null,
      handledAt: null,
      closedAt: null,
    };
    const steps = [{ at, action: 'report' as const, from: null, to: status, note: null, ...by }];
    await insertCases(client, datasetId, [
      {
        id,
        externalId: caseNo,
        caseNo,
        divisionId,
        status,
        reportedAt: at,
        updatedAt: at,
        reworks: 0,
        steps,
        ...unset,
        ...rest,
      },
    ]);
    await announceCase(client, id, 'report', at);
    return id;
  });
}
