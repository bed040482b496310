import { STATUS_FILTERS, type CaseFilter, type HeldCases } from '../cases/index.ts';
import { badRequest } from '../errors.ts';
import { parseDay } from '../kpi/index.ts';
import { unknownFilter } from './query.ts';

/** The filters of case tiles. Without a status: open ones. @throws HekanError('bad_request') naming what is wrong. */
export function parseCaseFilter(query: Record<string, string>): CaseFilter {
  const filter: CaseFilter = { status: 'open' };
  for (const [key, value] of Object.entries(query)) {
    if (key === 'status') {
      const status = STATUS_FILTERS.find((known) => known === value);
      if (!status) throw badRequest('status', value, `one of ${STATUS_FILTERS.join(', ')}`);
      filter.status = status;
    } else if (key === 'from' || key === 'to') filter[key] = parseDay(key, value);
    else if (key === 'category' || key === 'source') {
      if (value.length === 0 || value.length > 120) throw badRequest(key, value, '1 to 120 characters');
      filter[key] = value;
    } else if (key === 'division') {
      if (!/^[1-9]\d{0,8}$/.test(value)) throw badRequest(key, value, 'the id of a division');
      filter.division = Number(value);
    } else throw unknownFilter(key, value, 'one of the filters status, division, category, source, from, to');
  }
  const { from, to } = filter;
  if (from !== undefined && to !== undefined && from > to) throw badRequest('to', to, `a day not before from=${from}`);
  return filter;
}

/** @throws HekanError('bad_request') for a category or a source that the city does not have. */
export function checkWords(filter: CaseFilter, held: HeldCases): void {
  for (const field of ['category', 'source'] as const) {
    const word = filter[field];
    if (word !== undefined && !held.knows(field, word)) throw badRequest(field, word, `a ${field} of this city`);
  }
}

/** Equal filters in one text; what is the default is left out. */
export function formatCaseFilter({ status, ...rest }: CaseFilter): string {
  const values = Object.entries({ ...rest, ...(status === 'open' ? {} : { status }) });
  return new URLSearchParams(values.map(([key, value]): [string, string] => [key, String(value)]).sort()).toString();
}
