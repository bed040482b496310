import { bodyLimit } from 'hono/body-limit';
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { WHOLE_CITY } from '../access/index.ts';
import { readDivision } from '../city/index.ts';
import {
  acceptProposal,
  listAddresses,
  listProposals,
  listVisits,
  MAX_VISITS,
  openCleaner,
  PROPOSAL_STATES,
  rejectProposal,
  takeVisits,
  VISIT_SCHEMA,
  type AddressState,
  type Decision,
  type VisitResult,
} from '../collection/index.ts';
import { HekanError } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import * as collectionShapes from './collectionShapes.ts';
import { answers, id } from './params.ts';
import { Problem } from './shapes.ts';
import { checkCollector, checkToken } from './token.ts';

const MAX_BODY = 1_000_000;
// PostgreSQL's text has no NUL.
const text = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\0]*$/, 'no NUL character');
const limit = z.coerce.number().int().min(1).max(1000).default(100);
const bigId = z.coerce.number().int().min(1).max(Number.MAX_SAFE_INTEGER);

const VisitsBody = z.strictObject({
  visits: z
    .array(z.unknown())
    .min(1)
    .max(MAX_VISITS)
    .openapi({ description: 'visits as in the schema Visit; each is looked at by itself' }),
});
const AddressQuery = z.strictObject({
  division: id.openapi({ description: 'a division with all below it' }),
  changedSince: z.iso.datetime({ offset: true }).optional().openapi({ description: 'syncedAt of the time before' }),
  after: z.string().max(40).optional(),
  limit,
});
const HistoryQuery = z.strictObject({
  address: text(100).openapi({ description: 'its code; of one that is only proposed, the id of the visit' }),
  after: z.uuid().optional().openapi({ description: 'id of the last visit of the page before' }),
  limit,
});
const ProposalQuery = z.strictObject({
  state: z.enum(PROPOSAL_STATES).default('waiting'),
  division: id.optional(),
  after: bigId.optional(),
  limit,
});
const decision = { reviewer: text(50), reason: text(400) };
const AcceptBody = z.strictObject({
  ...decision,
  code: text(100).optional().openapi({ description: 'of a new address; else it goes by the id of its visit' }),
  version: z
    .number()
    .int()
    .min(1)
    .max(2_147_483_647)
    .optional()
    .openapi({ description: 'of the address, as the reviewer saw it' }),
});
const RejectBody = z.strictObject(decision);

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: Problem } },
});
const guarded = { 401: problem('No token, or a wrong one'), 403: problem('Collection over HTTP is off') };
const decided = { ...guarded, 409: problem('Decided before, or the address is another meanwhile') };

const limited = bodyLimit({
  maxSize: MAX_BODY,
  onError: () => {
    throw new HekanError('too_large', `body: expected at most ${MAX_BODY} bytes`, { field: 'body' });
  },
});

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;
/** An address as JSON has it. */
export const toldState = ({ visitedAt, retiredAt, ...state }: AddressState) => ({
  ...state,
  visitedAt: iso(visitedAt),
  retiredAt: iso(retiredAt),
});
const toldResult = (result: VisitResult) =>
  result.status === 'conflict' ? { ...result, current: result.current && toldState(result.current) } : result;

/** Who may do what: collectors bring visits and read, only operators decide. */
export interface CollectionTokens {
  operator: string | undefined;
  collector: string | undefined;
}

/** Collectors' visits, and what waits for a reviewer. */
export function collectionRoutes(app: OpenAPIHono, runtime: Runtime, tokens: CollectionTokens): void {
  app.openAPIRegistry.register('Visit', VISIT_SCHEMA);
  app.use('/collection/*', (c, next) => {
    checkCollector(c.req.header('authorization'), tokens);
    return next();
  });
  app.on('POST', '/collection/proposals/:id/*', (c, next) => {
    checkToken(c.req.header('authorization'), tokens.operator);
    return next();
  });
  app.on('POST', '/collection/*', limited);
  visitRoutes(app, runtime);
  addressRoute(app, runtime);
  proposalRoutes(app, runtime);
}

function visitRoutes(app: OpenAPIHono, runtime: Runtime): void {
  const { db } = runtime;
  const told = <Answer extends object>(answer: Answer) => ({
    demonstration: runtime.city().kind === 'demo',
    ...answer,
  });
  let cleaner: ReturnType<typeof openCleaner> | null = null;
  const clean = () => {
    cleaner ??= openCleaner(db).catch((error: unknown) => {
      cleaner = null;
      throw error;
    });
    return cleaner;
  };

  app.openapi(
    createRoute({
      method: 'post',
      path: '/collection/visits',
      summary: `Up to ${MAX_VISITS} visits of collectors`,
      description:
        'Each visit is taken by itself: accepted; duplicate (it has come before: the same answer, nothing is written); conflict (somebody ' +
        'else changed the address meanwhile: current tells how it stands); rejected (field and given say why).',
      request: { body: { required: true, content: { 'application/json': { schema: VisitsBody } } } },
      responses: { ...answers(collectionShapes.VisitResults, 'A result each, in their order'), ...guarded },
    }),
    async (c) => {
      runtime.city();
      const { visits } = c.req.valid('json');
      const results = await takeVisits(db, runtime.clock(), visits, await clean());
      return c.json(told({ items: results.map(toldResult) }), 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/collection/visits',
      summary: 'The visits to an address',
      request: { query: HistoryQuery },
      responses: { ...answers(collectionShapes.Visits, 'The latest first'), ...guarded },
    }),
    async (c) => {
      const { address, after = null, limit } = c.req.valid('query');
      const visits = await listVisits(db, WHOLE_CITY, { address, after, limit });
      const items = visits.map(({ visitedAt, receivedAt, ...visit }) => ({
        ...visit,
        visitedAt: visitedAt.toISOString(),
        receivedAt: receivedAt.toISOString(),
      }));
      return c.json(told({ items }), 200);
    },
  );
}

function addressRoute(app: OpenAPIHono, runtime: Runtime): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/collection/addresses',
      summary: 'Addresses of a division with their versions, for a device',
      request: { query: AddressQuery },
      responses: { ...answers(collectionShapes.Addresses, 'A page'), ...guarded },
    }),
    async (c) => {
      const { division, changedSince, after = null, limit } = c.req.valid('query');
      await readDivision(runtime.db, division);
      const since = changedSince === undefined ? null : new Date(changedSince);
      const filter = { division, changedSince: since, after, limit };
      const { items, next, syncedAt } = await listAddresses(runtime.db, WHOLE_CITY, filter);
      const demonstration = runtime.city().kind === 'demo';
      return c.json({ demonstration, items: items.map(toldState), next, syncedAt: syncedAt.toISOString() }, 200);
    },
  );
}

function proposalRoutes(app: OpenAPIHono, runtime: Runtime): void {
  const { db } = runtime;
  app.openapi(
    createRoute({
      method: 'get',
      path: '/collection/proposals',
      summary: 'What visits would change of the address base',
      request: { query: ProposalQuery },
      responses: {
        ...answers(collectionShapes.Proposals, 'In the order of their ids; pass the last as after'),
        ...guarded,
      },
    }),
    async (c) => {
      const { state, division = null, after = 0, limit } = c.req.valid('query');
      const found = await listProposals(db, WHOLE_CITY, { state, division, after, limit });
      const items = found.map(({ visitedAt, proposedAt, decidedAt, ...proposal }) => ({
        ...proposal,
        visitedAt: visitedAt.toISOString(),
        proposedAt: proposedAt.toISOString(),
        decidedAt: iso(decidedAt),
      }));
      return c.json({ demonstration: runtime.city().kind === 'demo', items }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/collection/proposals/{id}/accept',
      summary: 'Changes the address base as proposed',
      request: {
        params: z.object({ id: bigId }),
        body: { required: true, content: { 'application/json': { schema: AcceptBody } } },
      },
      responses: { ...answers(collectionShapes.Decided, 'The address as it stands now'), ...decided },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const { code = null, version = null, ...by } = c.req.valid('json');
      const changed = await acceptProposal(db, runtime.clock(), id, { ...by, code, version });
      return c.json({ id, state: 'accepted' as const, ...changed }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/collection/proposals/{id}/reject',
      summary: 'Leaves the address base as it is',
      request: {
        params: z.object({ id: bigId }),
        body: { required: true, content: { 'application/json': { schema: RejectBody } } },
      },
      responses: { ...answers(collectionShapes.Decided, 'Rejected'), ...decided },
    }),
    async (c) => {
      const { id } = c.req.valid('param');
      const decision: Decision = { ...c.req.valid('json'), code: null, version: null };
      await rejectProposal(db, runtime.clock(), id, decision);
      return c.json({ id, state: 'rejected' as const, address: null, version: null }, 200);
    },
  );
}
