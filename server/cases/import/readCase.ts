import type { CrsName } from '../../api/shapes.ts';
import { toWgs84 } from '../../city/index.ts';
import type { CaseStatus } from '../words.ts';
import { dateReader } from './dates.ts';
import type { Header } from './header.ts';
import type { ColumnKey, Mapping } from './mapping.ts';
import type { LocalInstant } from '../time/zones.ts';

/** A row as the mapping reads it: words and instants, no ids of the database yet. */
export interface ReadCase {
  line: number;
  raw: string;
  externalId: string;
  status: CaseStatus;
  reportedAt: Date;
  acceptedAt: Date | null;
  dueAt: Date | null;
  closedAt: Date | null;
  category: string | null;
  categoryGroup: string | null;
  department: string | null;
  source: string | null;
  address: string | null;
  description: string | null;
  /** WGS 84. */
  position: [lng: number, lat: number] | null;
  /** Why there is none. */
  notLocated: 'missing' | 'not_numbers' | 'zero' | 'out_of_range' | null;
  /** What is odd about it, though it is taken. */
  noticed: Notice[];
}

export type Notice = readonly [kind: string, value: string];

/** Why a row is not taken in. */
export class RowProblem extends Error {
  readonly reason: string;
  readonly field: string;
  readonly value: string;

  constructor(reason: string, field: string, value: string) {
    super(reason);
    this.reason = reason;
    this.field = field;
    this.value = value;
  }
}

const NOT_ACCEPTED: readonly CaseStatus[] = ['reported', 'verifying', 'rejected'];
const PRINTABLE_ID = 200;

interface Context {
  mapping: Mapping;
  header: Header;
  crs: CrsName;
  now: Date;
}

interface Values {
  one(key: ColumnKey): string | null;
  joined(key: ColumnKey): string | null;
  column(key: ColumnKey): string;
  raw(key: ColumnKey): string;
}

function valuesOf(fields: string[], { lookup }: Header, nulls: Set<string>): Values {
  const read = (index: number): string | null => {
    // PostgreSQL's text has no zero byte.
    const value = (fields[index] ?? '').replaceAll('\0', '').trim();
    return nulls.has(value) ? null : value;
  };
  const raw = (key: ColumnKey) => (fields[lookup[key][0]?.index ?? -1] ?? '').trim();
  return {
    raw,
    column: (key) => lookup[key][0]?.column ?? key,
    one: (key) => (lookup[key][0] ? read(lookup[key][0].index) : null),
    joined(key) {
      const parts = lookup[key].map(({ index }) => read(index)).filter((part) => part !== null);
      return parts.length > 0 ? [...new Set(parts)].join(', ') : null;
    },
  };
}

function readPosition(values: Values, crs: CrsName): Pick<ReadCase, 'position' | 'notLocated'> {
  const [lngText, latText] = [values.one('lng'), values.one('lat')];
  if (lngText === null || latText === null) return { position: null, notLocated: 'missing' };
  const [lng, lat] = [Number(lngText), Number(latText)];
  if (!Number.isFinite(lng) || !Number.isFinite(lat)) return { position: null, notLocated: 'not_numbers' };
  if (lng === 0 && lat === 0) return { position: null, notLocated: 'zero' };
  if (Math.abs(lng) > 180 || Math.abs(lat) > 90) return { position: null, notLocated: 'out_of_range' };
  return { position: toWgs84(crs, lng, lat), notLocated: null };
}

/**
 * Makes a reader of rows.
 * @returns a function from a row's fields to a case.
 * @throws (the reader) RowProblem: why the row is not taken in.
 */
export function caseReader(context: Context): (line: number, raw: string, fields: string[]) => ReadCase {
  const { mapping, header, crs, now } = context;
  const nulls = new Set(['', ...mapping.nulls.map((word) => word.trim())]);
  const readDate = dateReader(mapping.dateFormats, mapping.timeZone);
  const words = new Map(Object.entries(mapping.status.words).map(([word, to]) => [word.trim().toLowerCase(), to]));

  function date(values: Values, key: ColumnKey, noticed: Notice[]): LocalInstant | null {
    const text = values.one(key);
    if (text === null || mapping.nullDates.some((start) => text.startsWith(start))) return null;
    const read = readDate(text);
    if (read === null) throw new RowProblem('unreadable_date', values.column(key), text);
    if (read.skipped) noticed.push(['time_skipped_by_summer_time', text]);
    return read;
  }

  function statusOf(values: Values): CaseStatus {
    const word = values.raw('status');
    const known = words.get(word.toLowerCase());
    if (known) return known;
    if (mapping.status.unknown !== 'reject') return mapping.status.unknown;
    throw new RowProblem(word === '' ? 'missing_status' : 'unknown_status', values.column('status'), word);
  }

  function times(values: Values, status: CaseStatus, noticed: Notice[]) {
    const reported = date(values, 'reportedAt', noticed);
    if (reported === null)
      throw new RowProblem('missing_reported_at', values.column('reportedAt'), values.raw('reportedAt'));
    const [accepted, due, given] = [
      date(values, 'acceptedAt', noticed),
      date(values, 'dueAt', noticed),
      date(values, 'closedAt', noticed),
    ];
    const reportedAt = reported.at;
    // An hour that the clocks showed twice: the later reading, where only that comes after the report.
    const closed =
      given && given.at < reportedAt && given.later !== null && given.later >= reportedAt ? given.later : given?.at;
    if (closed !== undefined && closed < reportedAt) {
      const both = `${values.column('reportedAt')} ${values.raw('reportedAt')}, ${values.column('closedAt')} ${values.raw('closedAt')}`;
      throw new RowProblem('closed_before_reported', values.column('closedAt'), both);
    }
    const ended = status === 'closed' || status === 'void' || status === 'not_filed' || status === 'rejected';
    if (reportedAt > now.getTime()) noticed.push(['reported_in_the_future', values.raw('reportedAt')]);
    if (closed !== undefined && closed > now.getTime()) noticed.push(['closed_in_the_future', values.raw('closedAt')]);
    if (closed === undefined && status === 'closed') noticed.push(['closed_without_a_date', '']);
    if (closed !== undefined && !ended) noticed.push(['closing_date_on_an_open_case', values.raw('closedAt')]);
    if (due && due.at < reportedAt) noticed.push(['due_before_reported', values.raw('dueAt')]);
    if (accepted && accepted.at < reportedAt) noticed.push(['accepted_before_reported', values.raw('acceptedAt')]);
    const acceptedAt = NOT_ACCEPTED.includes(status)
      ? null
      : new Date(Math.max(accepted?.at ?? reportedAt, reportedAt));
    return {
      reportedAt: new Date(reportedAt),
      acceptedAt,
      dueAt: due ? new Date(due.at) : null,
      closedAt: closed !== undefined && ended ? new Date(closed) : null,
    };
  }

  return (line, raw, fields) => {
    const extra = fields.slice(header.width);
    if (fields.length < header.width || extra.some((field) => field.trim() !== '')) {
      throw new RowProblem('wrong_number_of_fields', '', `${fields.length}, the header has ${header.width}`);
    }
    const values = valuesOf(fields, header, nulls);
    const externalId = values.one('externalId');
    if (externalId === null)
      throw new RowProblem('missing_external_id', values.column('externalId'), values.raw('externalId'));
    if (externalId.length > PRINTABLE_ID)
      throw new RowProblem('external_id_too_long', values.column('externalId'), externalId);
    const status = statusOf(values);
    const noticed: Notice[] = [];
    const read = { ...times(values, status, noticed), ...readPosition(values, crs) };
    if (raw.includes('\uFFFD')) noticed.push(['unreadable_letters', '']);
    if (values.one('category') === null) noticed.push(['no_category', '']);
    if (read.notLocated !== null && read.notLocated !== 'missing') {
      noticed.push([`position_${read.notLocated}`, `${values.raw('lng')}, ${values.raw('lat')}`]);
    }
    return {
      line,
      raw,
      externalId,
      status,
      ...read,
      category: values.one('category'),
      categoryGroup: values.one('categoryGroup'),
      department: values.one('department'),
      source: values.one('source'),
      address: values.joined('address'),
      description: values.joined('description'),
      noticed,
    };
  };
}
