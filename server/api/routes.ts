import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { WHOLE_CITY } from '../access/index.ts';
import {
  CASE_SORTS,
  CASE_STATUSES,
  INDICATOR_IDS,
  KPI_PARTS,
  listCases,
  readCase,
  STATUS_FILTERS,
} from '../cases/index.ts';
import { listDivisions, readDivision, type Bbox } from '../city/index.ts';
import { currentSeq } from '../db/index.ts';
import { badRequest, HekanError } from '../errors.ts';
import { readOverview } from '../kpi/index.ts';
import type { Runtime } from '../runtime.ts';
import { answers, day, id, parseHour, parsePeriod } from './params.ts';
import { caseActionRoutes } from './caseActions.ts';
import { collectionRoutes } from './collectionRoutes.ts';
import { dataGridRoutes } from './dataGridRoutes.ts';
import { kpiRoutes } from './kpi.ts';
import { scoreRoutes } from './scores.ts';
import { geocodeRoutes } from './geocodeRoutes.ts';
import { gridRoutes } from './gridRoutes.ts';
import * as shapes from './shapes.ts';

const CaseQuery = z.strictObject({
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
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
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
function checkOfKpi(query: z.infer<typeof CaseQuery>): void {
  const alone = (['part', 'hour', 'person', 'asOf'] as const).find((name) => query[name] !== undefined);
  if (alone !== undefined && query.kpi === undefined) throw badRequest(alone, query[alone] ?? '', 'kpi beside it');
}

/** The JSON API under /api, with its own description. @param onError told of what fails behind an answer. */
export function apiRoutes(
  runtime: Runtime,
  operatorToken: string | undefined,
  onError: (error: unknown) => void,
  collectorToken?: string,
): OpenAPIHono {
  const { db } = runtime;
  const now = () => runtime.clock().now();
  const told = <Answer extends object>(answer: Answer) => ({
    ...answer,
    demonstration: runtime.city().kind === 'demo',
  });
  const app = new OpenAPIHono({
    defaultHook: (result, c) => {
      if (result.success) return;
      const issue = result.error.issues[0];
      const field = issue?.code === 'unrecognized_keys' ? (issue.keys[0] ?? '') : String(issue?.path[0] ?? '');
      const expected =
        issue?.code === 'unrecognized_keys' ? 'no such parameter here' : (issue?.message ?? 'another value');
      const given = result.target === 'query' ? c.req.query(field) : undefined;
      throw new HekanError('bad_request', `${field.slice(0, 60)}: ${expected}`, {
        field: field.slice(0, 60),
        ...(given === undefined ? {} : { given: given.slice(0, 200) }),
      });
    },
  });

  app.openapi(
    createRoute({
      method: 'get',
      path: '/city',
      summary: 'What city this is',
      responses: answers(shapes.City, 'The city'),
    }),
    async (c) => {
      const city = runtime.city();
      return c.json(
        {
          nameZh: city.nameZh,
          nameEn: city.nameEn,
          kind: city.kind,
          timeZone: city.timeZone,
          extent: city.extent,
          standardRef: city.standardRef,
          frozenAt: city.frozenAt?.toISOString() ?? null,
          asOf: now().toISOString(),
          seq: await currentSeq(db),
          engine: db.engine,
          build: runtime.build,
        },
        200,
      );
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/overview',
      summary: 'The headline figures',
      request: { query: z.strictObject({ division: id.optional() }) },
      responses: answers(shapes.Overview, 'Figures, each with its fraction and as of when'),
    }),
    async (c) => {
      const { division } = c.req.valid('query');
      const city = runtime.city();
      const overview = await db.snapshot((client) =>
        readOverview(client, WHOLE_CITY, division ?? null, now(), city.timeZone),
      );
      return c.json(told(overview), 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/divisions',
      summary: 'Divisions of a level',
      request: { query: z.strictObject({ level: z.enum(shapes.LEVELS).default('district'), parent: id.optional() }) },
      responses: answers(shapes.Divisions, 'In order of code'),
    }),
    async (c) => {
      const { level, parent } = c.req.valid('query');
      return c.json(told({ items: await listDivisions(db, level, parent ?? null) }), 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/divisions/{id}',
      summary: 'One division with its ancestors',
      request: { params: z.object({ id }) },
      responses: answers(shapes.Division, 'The division'),
    }),
    async (c) => c.json(await readDivision(db, c.req.valid('param').id), 200),
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/cases',
      summary: 'Cases',
      description: `Pages by key: pass \`next\` as \`after\`. Statuses: ${CASE_STATUSES.join(', ')}.`,
      request: { query: CaseQuery },
      responses: answers(shapes.CasePage, 'A page'),
    }),
    async (c) => {
      const { after, limit, sort, bbox, from: _from, to: _to, hour, asOf, ...rest } = c.req.valid('query');
      const { from, to } = parsePeriod(c.req.valid('query'));
      checkOfKpi(c.req.valid('query'));
      const filter = {
        ...rest,
        ...(from === null ? {} : { from }),
        ...(to === null ? {} : { to }),
        ...(bbox === undefined ? {} : { bbox: parseBbox(bbox) }),
        ...(hour === undefined ? {} : { hour: parseHour(hour) }),
        ...(asOf === undefined ? {} : { asOf: new Date(asOf) }),
      };
      const page = after === undefined ? { limit, sort } : { after, limit, sort };
      const answer = await db.snapshot((client) => listCases(client, runtime.clock(), WHOLE_CITY, filter, page));
      return c.json(told(answer), 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/cases/{id}',
      summary: 'One case with its steps',
      request: { params: z.object({ id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER) }) },
      responses: answers(shapes.CaseDetail, 'The case'),
    }),
    async (c) => c.json(told(await readCase(db, runtime.clock(), WHOLE_CITY, c.req.valid('param').id)), 200),
  );
  caseActionRoutes(app, runtime, operatorToken);
  kpiRoutes(app, runtime);
  gridRoutes(app, runtime);
  dataGridRoutes(app, runtime, onError);
  collectionRoutes(app, runtime, { operator: operatorToken, collector: collectorToken });
  scoreRoutes(app, runtime);
  geocodeRoutes(app, runtime, operatorToken, onError);
  return app;
}
