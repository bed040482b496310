import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { WHOLE_CITY } from '../access/index.ts';
import {
  CASE_SORTS,
  CASE_STATUSES,
  INDICATOR_IDS,
  KPI_PARTS,
  listCases,
  STATUS_FILTERS,
  type CaseFilter,
} from '../cases/index.ts';
import type { Bbox } from '../city/index.ts';
import { badRequest } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import { caseFile } from './caseFile.ts';
import { answers, day, id, parseHour, parsePeriod } from './params.ts';
import * as shapes from './shapes.ts';
import { exportQuery } from './tableFiles.ts';

const Query = z.strictObject({
  division: id.optional().openapi({ description: 'a division with all below it' }),
  elsewhere: z.enum(shapes.LEVELS).optional().openapi({ description: 'cases inside no division of this level' }),
  status: z.enum(STATUS_FILTERS).default('all'),
  category: z.string().min(1).max(100).optional(),
  source: z.string().min(1).max(100).optional(),
  from: day,
  to: day,
  by: z.enum(['accepted', 'closed']).default('accepted').openapi({ description: 'which day from and to are about' }),
  bbox: z.string().max(200).optional().openapi({ description: 'west,south,east,north' }),
  q: z.string().min(1).max(100).optional().openapi({ description: 'in case number, address or description' }),
  categoryId: id.optional(),
  department: z.string().max(100).optional().openapi({ description: 'its key; empty: none' }),
  owner: z.enum(['hosted', 'federated']).optional(),
  kpi: z
    .enum(INDICATOR_IDS)
    .optional()
    .openapi({ description: 'the cases that an indicator counts; from and to are of its cohort' }),
  part: z.enum(KPI_PARTS).optional().openapi({ description: 'of kpi: those of the numerator or the denominator' }),
  hour: z.string().optional().openapi({ description: 'of kpi: YYYY-MM-DDTHH in the time zone of the city' }),
  person: z.string().max(200).optional().openapi({ description: 'of kpi: whose work it was; empty: nobody yet' }),
  asOf: z.iso.datetime({ offset: true }).optional().openapi({ description: 'of kpi: as they were then' }),
  sort: z
    .enum(CASE_SORTS)
    .default('reported')
    .openapi({ description: 'newest report first, or earliest deadline first' }),
  after: z.string().max(40).optional(),
  ...exportQuery,
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
type Given = z.infer<typeof Query>;

/** Four numbers in the order of GeoJSON. @throws HekanError('bad_request'). */
function parseBbox(text: string): Bbox {
  const parts = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  const [west = NaN, south = NaN, east = NaN, north = NaN] = parts;
  const ok =
    parts.length === 4 && west >= -180 && east <= 180 && south >= -90 && north <= 90 && west < east && south < north;
  if (!ok) throw badRequest('bbox', text, 'west,south,east,north in degrees');
  return [west, south, east, north];
}

/** What means something only beside kpi is refused without it. @throws HekanError('bad_request'). */
function checkOfKpi(query: Given): void {
  const alone = (['part', 'hour', 'person', 'asOf'] as const).find((name) => query[name] !== undefined);
  if (alone !== undefined && query.kpi === undefined) throw badRequest(alone, query[alone] ?? '', 'kpi beside it');
}

/** Which cases a request is about. @throws HekanError('bad_request') that names the field. */
function parseFilter(given: Given): CaseFilter {
  const {
    after: _a,
    limit: _l,
    sort: _s,
    format: _f,
    lang: _g,
    bbox,
    from: _from,
    to: _to,
    hour,
    asOf,
    ...rest
  } = given;
  const { from, to } = parsePeriod(given);
  checkOfKpi(given);
  return {
    ...rest,
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
    ...(bbox === undefined ? {} : { bbox: parseBbox(bbox) }),
    ...(hour === undefined ? {} : { hour: parseHour(hour) }),
    ...(asOf === undefined ? {} : { asOf: new Date(asOf) }),
  };
}

/** /cases: pages, or the whole list as a file. @param onError told of what fails while a file is on its way. */
export function caseListRoutes(app: OpenAPIHono, runtime: Runtime, onError: (error: unknown) => void): void {
  const { db } = runtime;
  app.openapi(
    createRoute({
      method: 'get',
      path: '/cases',
      summary: 'Cases',
      description:
        `Pages by key: pass \`next\` as \`after\`. Statuses: ${CASE_STATUSES.join(', ')}. As a file (\`format\`) it is the whole list: ` +
        'at most 1,000,000 cases as CSV, 1,048,575 as XLSX; `after` and `limit` then mean nothing.',
      request: { query: Query },
      responses: answers(shapes.CasePage, 'A page'),
    }),
    async (c) => {
      const given = c.req.valid('query');
      const { after, limit, sort, format, lang } = given;
      const filter = parseFilter(given);
      // The description is of the answer as JSON.
      if (format !== 'json')
        return (await caseFile(runtime, { filter, sort, format, lang, query: c.req.query() }, onError)) as never;
      const page = after === undefined ? { limit, sort } : { after, limit, sort };
      const answer = await db.snapshot((client) => listCases(client, runtime.clock(), WHOLE_CITY, filter, page));
      return c.json({ ...answer, demonstration: runtime.city().kind === 'demo' }, 200);
    },
  );
}
