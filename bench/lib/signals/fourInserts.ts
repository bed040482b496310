/** What the database does without us: the four inserts of a signal (receipt, case, step, notice) in one transaction, by pgbench. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { postgresBin } from '../../../server/testing/postgres.ts';
import type { Cluster } from '../cluster.ts';

const CLIENTS = 16;
const SCRIPT = `
\\set jitter random(0, 1000000)
begin;
insert into signal (outlet_id, external_id, receipt, raw, content_type, received_at)
  values (1, gen_random_uuid()::text, gen_random_uuid(), repeat('x', 600)::bytea, 'application/json', now());
insert into cases (dataset_id, external_id, case_no, source_id, category_id, department_id, division_id, geom, cell, address, description,
    status, reported_at, updated_at, stage_since)
  values (1, gen_random_uuid()::text, gen_random_uuid()::text, 1, 1, 1, 1,
    st_setsrid(st_makepoint(123.9 + :jitter / 1e6, 47.3), 4326), 2085345262558839322 + :jitter, 'an address', repeat('x', 100),
    'reported', now(), now(), now()) returning id \\gset
insert into step (case_id, seq, at, action, to_status, role, actor, hash)
  values (:id, 1, now(), 'report', 'reported', 'system', 'bare', sha256('x'));
insert into outbox (topic, body, layers, dirty, case_ids)
  values ('case', jsonb_build_object('caseId', :id::bigint, 'status', 'reported', 'address', 'an address'), '{cases}', '{1}', array[:id::bigint]);
commit;
`;

/** @returns transactions a second of 16 clients, of a database that is thrown away. */
export function runFourInserts(cluster: Cluster, database: string, folder: string, seconds: number): number {
  const script = join(folder, 'four-inserts.sql');
  writeFileSync(script, SCRIPT);
  const pgbench = join(postgresBin()!, 'pgbench');
  const args = ['-n', '-M', 'prepared', '-c', String(CLIENTS), '-j', '1', '-T', String(seconds), '-f', script];
  const output = execFileSync(pgbench, [...args, cluster.url(database)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return Number(/tps = ([\d.]+)/.exec(output)?.[1]);
}
