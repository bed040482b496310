/**
 * Whose eyes a query has. Every query takes one, from the first day; today everybody sees the whole city, and access control
 * will hand out narrower ones.
 */
export interface Scope {
  /** Ids of the divisions seen, with all below them; null: the whole city. */
  readonly divisionIds: readonly number[] | null;
}

export const WHOLE_CITY: Scope = { divisionIds: null };

/**
 * The scope as a condition on a column that holds a division id.
 * @param param number of the statement's parameter that carries scopeParam(scope): an int[] or null.
 */
export function scopeCondition(column: string, param: number): string {
  return `($${param}::int[] is null or ${column} in (select id from division where path && $${param}::int[]))`;
}

export function scopeParam(scope: Scope): number[] | null {
  return scope.divisionIds === null ? null : [...scope.divisionIds];
}
