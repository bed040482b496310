import { Hono } from 'hono';
import { checkToken } from '../../api/token.ts';
import { badRequest } from '../../errors.ts';
import type { Runtime } from '../../runtime.ts';
import { readRequest } from '../bodies.ts';
import { decodeText, parseJson } from '../json.ts';
import { parseLimit } from '../queue.ts';
import { listConflicts, resolveConflict } from './conflicts.ts';

const MAX_ANSWER_BYTES = 20_000;

/** /api/signals/conflicts, for operators: GET the list; POST …/{id}/resolve with {take: 'theirs' | 'ours', actor}. */
export function conflictRoutes(runtime: Runtime, token: string | undefined): Hono {
  const app = new Hono();
  app.use('*', (c, next) => {
    checkToken(c.req.header('authorization'), token);
    return next();
  });
  app.get('/', async (c) => c.json({ items: await listConflicts(runtime.db, parseLimit(c.req.query('limit'))) }));
  app.post('/:id/resolve', async (c) => {
    const id = c.req.param('id');
    if (!/^[1-9]\d{0,14}$/.test(id)) throw badRequest('id', id, 'the id of a conflict');
    const body = await readRequest(c.req.raw, MAX_ANSWER_BYTES);
    const given = parseJson(decodeText(body, c.req.header('content-type') ?? ''));
    await resolveConflict(runtime.db, runtime.clock(), Number(id), given, new Date());
    return c.json({ resolved: true });
  });
  return app;
}
