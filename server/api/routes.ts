import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { WHOLE_CITY } from '../access/index.ts';
import { readCase } from '../cases/index.ts';
import { listDivisions, readDivision } from '../city/index.ts';
import { currentSeq } from '../db/index.ts';
import { HekanError } from '../errors.ts';
import { readOverview } from '../kpi/index.ts';
import type { Runtime } from '../runtime.ts';
import { caseActionRoutes } from './caseActions.ts';
import { caseListRoutes } from './caseList.ts';
import { collectionRoutes } from './collectionRoutes.ts';
import { dataGridRoutes } from './dataGridRoutes.ts';
import { answers, id } from './params.ts';
import { kpiRoutes } from './kpi.ts';
import { scoreRoutes } from './scores.ts';
import { geocodeRoutes } from './geocodeRoutes.ts';
import { gridRoutes } from './gridRoutes.ts';
import { reportRoutes } from './reports.ts';
import { snapshotRoutes } from './snapshots.ts';
import * as shapes from './shapes.ts';
import { Turns } from './turns.ts';

/** Reports and recounts that a process has in hand at most, one at work and the others waiting. */
const MAX_REPORTS = 8;

/** Who may write, and what signs. */
export interface ApiKeys {
  /** Whoever gives it may take steps on cases. */
  operatorToken?: string | undefined;
  /** Whoever gives it may bring visits of collectors. */
  collectorToken?: string | undefined;
  /** Where the key lies that signs months; without one its public part is not told. */
  signingKeyFile?: string | undefined;
}

/** The JSON API under /api, with its own description. @param onError told of what fails behind an answer. */
export function apiRoutes(
  runtime: Runtime,
  { operatorToken, collectorToken, signingKeyFile }: ApiKeys,
  onError: (error: unknown) => void,
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

  caseListRoutes(app, runtime, onError);
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
  const turns = new Turns(MAX_REPORTS);
  snapshotRoutes(app, runtime, signingKeyFile, turns);
  kpiRoutes(app, runtime);
  gridRoutes(app, runtime);
  dataGridRoutes(app, runtime, onError);
  collectionRoutes(app, runtime, { operator: operatorToken, collector: collectorToken });
  scoreRoutes(app, runtime);
  reportRoutes(app, runtime, turns);
  geocodeRoutes(app, runtime, operatorToken, onError);
  return app;
}
