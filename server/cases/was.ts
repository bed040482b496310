/** Columns of a case that a step or a source may change, and that the log does not tell. */
export const WAS = [
  'due_at',
  'stage_due_at',
  'division_id',
  'category_id',
  'source_id',
  'department_id',
  'redispatches',
];
const of = (relation: string) => WAS.map((column) => `${relation}.${column}`).join(', ');

/**
 * A part of a statement that keeps what cases were, beside relations `old` and what they became.
 * @param became rows of cases after the change; their updated_at is when.
 */
export function keepWas(became: string): string {
  return `was as (
    insert into case_was (case_id, until, ${WAS.join(', ')})
    select old.id, n.updated_at, ${of('old')} from old join ${became} n on n.id = old.id
    where (${of('old')}) is distinct from (${of('n')}))`;
}
