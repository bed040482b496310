import { OPEN_STATUSES } from './words.ts';
import { WAS } from './was.ts';

const OPEN = OPEN_STATUSES.map((status) => `'${status}'`).join(', ');
const LATE_BIT = `case from_status when 'verifying' then 1 when 'to_file' then 2 when 'to_dispatch' then 4 when 'checking' then 8 else 0 end`;

/** What the log of case c says up to an instant. */
const LOGGED = (at: string) => `
  select (array_agg(to_status order by seq desc))[1] as status,
    max(step.at) filter (where action = 'dispatch') as dispatched_at,
    max(step.at) filter (where action in ('feed_back', 'handle_on_spot')) as handled_at,
    max(step.at) filter (where action in ('close', 'force_close', 'handle_on_spot')) as closed_at,
    max(step.at) filter (where action in ('verify_exists', 'verify_absent', 'verify_unclear')) as verified_at,
    max(step.at) filter (where action in ('check_passed', 'check_failed', 'check_unclear')) as checked_at,
    max(step.at) filter (where action = 'call_back') as called_back_at,
    (array_agg((data->>'satisfied')::boolean order by seq desc) filter (where action in ('call_back', 'reopen')))[1] as satisfied,
    (array_agg((data->>'duplicateOf')::bigint order by seq desc) filter (where action in ('merge', 'release')))[1] as duplicate_of,
    count(*) filter (where action in ('check_failed', 'reopen')) as reworks,
    count(*) filter (where action = 'return') as returns,
    count(*) filter (where action = 'dispatch') as dispatches,
    coalesce(bool_or(action = 'uphold_appeal'), false) as excluded,
    coalesce(bit_or(${LATE_BIT}) filter (where late), 0) as late_stages
  from step where step.case_id = c.id and step.at <= ${at} having count(*) > 0`;

/** An instant that had come by then. */
const come = (column: string, at: string) =>
  `coalesce(s.${column}, case when c.${column} <= ${at} then c.${column} end) as ${column}`;

/** What case c was at an instant: kept before the first change after it, else as it is now. */
const KEPT = (at: string) => `
  select w.id is not null as kept, ${WAS.map((name) => `case when w.id is null then c.${name} else w.${name} end as ${name}`).join(', ')}
  from (select) as one left join lateral (
    select * from case_was where case_id = c.id and until > ${at} order by case_was.id limit 1) as w on true`;

/**
 * Cases as they were at an instant of the past: those that have changed since, by their log and by what was kept of them. A relation
 * with what measures and keys ask for. Cases that were filed anew under other boundaries stand where they stand now.
 * @param at SQL of the instant, such as '$1::timestamptz'.
 */
export function casesAt(at: string): string {
  return `(
    select id, division_id, category_id, source_id, department_id, owner, reported_at, accepted_at, filed_at, dispatched_at, due_at,
      handled_at, closed_at, verified_at, checked_at, called_back_at, stage_due_at, status, open, reworks, returns, redispatches,
      excluded, satisfied, duplicate_of, late_stages
    from cases c where updated_at <= ${at} and reported_at <= ${at}
    union all
    select c.id, w.division_id, w.category_id, w.source_id, w.department_id, c.owner, c.reported_at,
      case when c.accepted_at <= ${at} then c.accepted_at end, case when c.filed_at <= ${at} then c.filed_at end,
      ${come('dispatched_at', at)}, w.due_at, ${come('handled_at', at)},
      case when t.status = 'closed' then coalesce(s.closed_at, c.closed_at) end, ${come('verified_at', at)},
      ${come('checked_at', at)}, ${come('called_back_at', at)}, case when w.kept or c.stage_since <= ${at} then w.stage_due_at end,
      t.status, t.status in (${OPEN}), coalesce(s.reworks, 0), coalesce(s.returns, 0),
      least(w.redispatches, greatest(coalesce(s.dispatches, 0) - 1, 0)), coalesce(s.excluded, false), s.satisfied, s.duplicate_of,
      coalesce(s.late_stages, 0)
    from cases c cross join lateral (${KEPT(at)}) as w left join lateral (${LOGGED(at)}) as s on true
      cross join lateral (select coalesce(s.status, case when c.closed_at > ${at} then 'to_close' else c.status end) as status) as t
    where c.updated_at > ${at} and c.reported_at <= ${at})`;
}
