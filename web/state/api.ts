import type {
  CaseDetail,
  CasePage,
  City,
  Division,
  KpiByDay,
  KpiByDivision,
  Level,
  Overview,
} from '../../server/api/shapes.ts';
import type { DataGridAnswer, QualityAnswer } from '../../server/api/dataGridShapes.ts';
import { getJson, withQuery } from './http.ts';

/** The endpoints the pages use, typed. */
export const api = {
  city: (signal?: AbortSignal) => getJson<City>('/api/city', signal),
  overview: (division: number | null, signal?: AbortSignal) =>
    getJson<Overview>(withQuery('/api/overview', { division }), signal),
  division: (id: number, signal?: AbortSignal) => getJson<Division>(`/api/divisions/${id}`, signal),
  divisions: (level: Level, parent: number | null, signal?: AbortSignal) =>
    getJson<{ items: Division[] }>(withQuery('/api/divisions', { level, parent }), signal),
  ranking: (level: Level, parent: number | null, signal?: AbortSignal) =>
    getJson<KpiByDivision>(withQuery('/api/kpi/completion', { by: 'division', level, parent }), signal),
  quality: (level: Level, division: number | null, signal?: AbortSignal) =>
    getJson<QualityAnswer>(withQuery('/api/geocode/quality', { level, division }), signal),
  dataGrid: (level: Level, division: number | null, signal?: AbortSignal) =>
    getJson<DataGridAnswer>(withQuery('/api/datagrid', { level, division }), signal),
  days: (from: string, to: string, division: number | null, signal?: AbortSignal) =>
    getJson<KpiByDay>(withQuery('/api/kpi/completion', { by: 'day', from, to, division }), signal),
  cases: (href: string, after: string | null, limit: number, signal?: AbortSignal) =>
    getJson<CasePage>(withQuery(href, { after, limit }), signal),
  caseDetail: (id: number, signal?: AbortSignal) => getJson<CaseDetail>(`/api/cases/${id}`, signal),
};
