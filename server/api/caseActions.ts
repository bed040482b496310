import { bodyLimit } from 'hono/body-limit';
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { WHOLE_CITY } from '../access/index.ts';
import { actOnCase, CASE_ACTIONS, CASE_ROLES, readCase } from '../cases/index.ts';
import { HekanError } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import { checkToken } from './token.ts';
import * as shapes from './shapes.ts';

const MAX_BODY = 64 * 1024;

/** Body of POST /api/cases/{id}/{action}. */
const CaseActionBody = z.strictObject({
  role: z.enum(CASE_ROLES),
  actor: z.string().trim().min(1).max(100),
  note: z.string().trim().min(1).max(2000).nullish(),
  /** dispatch: departmentId, assisting; call_back: satisfied; merge: duplicateOf; correct: what is corrected. */
  data: z.record(z.string().max(100), z.unknown()).optional(),
  seq: z.number().int().min(1).optional(),
});

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: shapes.Problem } },
});

/** POST /cases/{id}/{action}: one step of the workflow. */
export function caseActionRoutes(app: OpenAPIHono, runtime: Runtime, token: string | undefined): void {
  app.use(
    '/cases/:id/:action',
    (c, next) => {
      checkToken(c.req.header('authorization'), token);
      return next();
    },
    bodyLimit({
      maxSize: MAX_BODY,
      onError: () => {
        throw new HekanError('too_large', `body: expected at most ${MAX_BODY} bytes`, { field: 'body' });
      },
    }),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/cases/{id}/{action}',
      summary: 'Takes a case one step on',
      description:
        'What is possible now stands in `allowed` of the case. With `seq`, the last step that you know of, you are told (409) when somebody else was quicker.',
      request: {
        params: z.object({
          id: z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER),
          action: z.enum(CASE_ACTIONS),
        }),
        body: { required: true, content: { 'application/json': { schema: CaseActionBody } } },
      },
      responses: {
        200: { description: 'The case after the step', content: { 'application/json': { schema: shapes.CaseDetail } } },
        400: problem('A wrong value, named'),
        401: problem('No token, or a wrong one'),
        403: problem('Steps over HTTP are off'),
        404: problem('No such case'),
        409: problem('Not possible now; `allowed` says what is'),
      },
    }),
    async (c) => {
      const { id, action } = c.req.valid('param');
      const { note = null, seq, data, ...by } = c.req.valid('json');
      const act = { action, note, ...by, ...(data ? { data } : {}), ...(seq === undefined ? {} : { seq }) };
      await actOnCase(runtime.db, runtime.clock(), id, act);
      const detail = await readCase(runtime.db, runtime.clock(), WHOLE_CITY, id);
      return c.json({ demonstration: runtime.city().kind === 'demo', ...detail }, 200);
    },
  );
}
