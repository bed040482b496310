import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { GRID_KINDS, listOverlays } from '../city/index.ts';
import type { Runtime } from '../runtime.ts';
import { Overlay } from './geocodeShapes.ts';
import { answers } from './params.ts';
import { Origin } from './shapes.ts';

const GridQuery = z.strictObject({
  kind: z.enum(GRID_KINDS).openapi({ description: 'comprehensive: unit grids that are proposed' }),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  after: z
    .string()
    .max(100)
    .regex(/^[^\0]*$/, 'no NUL character')
    .default(''),
});
const Grids = Origin.extend({
  items: z.array(
    Overlay.extend({
      status: z.enum(['confirmed', 'proposed']),
      areaKm2: z.number(),
      /** Of a proposal. */
      households: z.number().int().nullable(),
      validFrom: z.string(),
      /** Unit grids that it covers, and which share of the area of each. */
      units: z.array(z.object({ code: z.string(), share: z.number() })),
    }),
  ),
});

/** Grids that lie over the divisions. */
export function gridRoutes(app: OpenAPIHono, runtime: Runtime): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/grids',
      summary: 'Police grids, duty grids or proposed unit grids, with the unit grids that they cover',
      request: { query: GridQuery },
      responses: answers(Grids, 'In order of code; pass the last as after'),
    }),
    async (c) => {
      const { kind, limit, after } = c.req.valid('query');
      const found = await listOverlays(runtime.db, kind, limit, after);
      const items = found.map(({ validFrom, ...grid }) => ({ ...grid, validFrom: validFrom.toISOString() }));
      return c.json({ demonstration: runtime.city().kind === 'demo', items }, 200);
    },
  );
}
