import { bodyLimit } from 'hono/body-limit';
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { toWgs84 } from '../city/index.ts';
import { badRequest, HekanError } from '../errors.ts';
import {
  KeptGeocoder,
  listAliases,
  listUnmatched,
  readAddressCounts,
  reverseGeocode,
  type Geocoder,
} from '../geocode/service/index.ts';
import { MAX_TEXT } from '../geocode/kinds.ts';
import type { Runtime } from '../runtime.ts';
import { checkToken } from './token.ts';
import * as geocodeShapes from './geocodeShapes.ts';
import * as shapes from './shapes.ts';

const MAX_TEXTS = 1000;
const MAX_BODY = 4_000_000;
/** Texts matched before others get the processor. */
const SLICE = 100;
/** Longer texts are told apart by the matcher, which says too_long; far longer ones are no request. */
const text = z.string().max(10_000);
const division = z.coerce.number().int().min(1).max(2_147_483_647);
const degrees = (most: number) =>
  z
    .string()
    .regex(/^[+-]?\d+(\.\d+)?$/, 'expected degrees')
    .transform(Number)
    .refine((value) => Math.abs(value) <= most, `expected degrees from -${most} to ${most}`)
    .openapi({ type: 'number' });

const attributes = z
  .enum(['0', '1'])
  .default('0')
  .openapi({ description: '1: people, houses and units counted at the address' });

const GeocodeQuery = z.strictObject({
  q: text.openapi({ description: 'an address as people write it' }),
  division: division.optional().openapi({ description: 'the division that its source lies in' }),
  explain: z.enum(['0', '1']).default('0').openapi({ description: '1: tells every decision' }),
  attributes,
});
const BatchBody = z.strictObject({
  texts: z.array(text).min(1).max(MAX_TEXTS),
  division: z.number().int().min(1).max(2_147_483_647).optional(),
});
const SuggestQuery = z.strictObject({
  q: z.string().max(100),
  limit: z.coerce.number().int().min(1).max(50).default(10),
});
const ReverseQuery = z.strictObject({
  lng: degrees(180),
  lat: degrees(85),
  crs: z.enum(shapes.CRS_NAMES).default('wgs84').openapi({ description: 'of lng and lat' }),
  attributes,
});

const limit = z.coerce.number().int().min(1).max(1000).default(100);
const AliasQuery = z.strictObject({ limit, after: z.coerce.number().int().min(0).max(2_147_483_647).default(0) });
const UnmatchedQuery = z.strictObject({
  limit,
  reason: z.string().min(1).max(50).optional(),
  source: z
    .string()
    .regex(/^(dataset|file):[^\0]{1,300}$/, 'dataset:<key> or file:<name>')
    .optional(),
});
// PostgreSQL's text has no NUL.
const AliasBody = z.strictObject({
  text: z
    .string()
    .trim()
    .min(1)
    .max(MAX_TEXT)
    .regex(/^[^\0]*$/, 'no NUL character'),
  code: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .regex(/^[^\0]*$/, 'no NUL character'),
});

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: shapes.Problem } },
});
const answers = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  200: { description, content: { 'application/json': { schema } } },
  400: problem('A wrong value, named'),
});

const limited = bodyLimit({
  maxSize: MAX_BODY,
  onError: () => {
    throw new HekanError('too_large', `body: expected at most ${MAX_BODY} bytes`, { field: 'body' });
  },
});

function matchAll(geocoder: Geocoder, texts: readonly string[], division: number | undefined) {
  return texts.map((one) => geocoder.match(one, { divisionId: division ?? null }));
}

/** Addresses to places and back. */
export function geocodeRoutes(
  app: OpenAPIHono,
  runtime: Runtime,
  token: string | undefined,
  onError: (error: unknown) => void,
): void {
  const kept = new KeptGeocoder(runtime.db, onError);
  const demonstration = () => runtime.city().kind === 'demo';

  /** @throws HekanError('bad_request') for a division that is not there. */
  async function ready(given: number | undefined): Promise<Geocoder> {
    runtime.city();
    const geocoder = await kept.get();
    if (given !== undefined && geocoder.base.tree.levelOf(given) === null)
      throw new HekanError('bad_request', `division: no city, district, street or community has id ${given}`, {
        field: 'division',
        given: String(given),
      });
    return geocoder;
  }

  app.openapi(
    createRoute({
      method: 'get',
      path: '/geocode',
      summary: 'Where an address lies, and how sure that is',
      request: { query: GeocodeQuery },
      responses: answers(geocodeShapes.Geocoded, 'The match; level none: refused, reason says why'),
    }),
    async (c) => {
      const { q, division, explain, attributes } = c.req.valid('query');
      const geocoder = await ready(division);
      const match = geocoder.match(q, { divisionId: division ?? null, explain: explain === '1' });
      const counts = attributes === '1' && {
        attributes: match.code === null ? null : await readAddressCounts(runtime.db, match.code),
      };
      return c.json({ demonstration: demonstration(), ...match, ...counts }, 200);
    },
  );

  app.use('/geocode/batch', limited);
  app.openapi(
    createRoute({
      method: 'post',
      path: '/geocode/batch',
      summary: `Up to ${MAX_TEXTS} addresses at once`,
      request: { body: { required: true, content: { 'application/json': { schema: BatchBody } } } },
      responses: answers(geocodeShapes.GeocodedBatch, 'A match each, in the order of the texts'),
    }),
    async (c) => {
      const { texts, division } = c.req.valid('json');
      const geocoder = await ready(division);
      const items = [];
      for (let at = 0; at < texts.length; at += SLICE) {
        items.push(...matchAll(geocoder, texts.slice(at, at + SLICE), division));
        await new Promise<void>((done) => void setImmediate(done));
      }
      return c.json({ demonstration: demonstration(), baseVersion: geocoder.version, items }, 200);
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/suggest',
      summary: 'What a half-typed address may become',
      request: { query: SuggestQuery },
      responses: answers(geocodeShapes.Suggestions, 'Likeliest first'),
    }),
    async (c) => {
      const { q, limit } = c.req.valid('query');
      const geocoder = await ready(undefined);
      return c.json(
        { demonstration: demonstration(), baseVersion: geocoder.version, items: geocoder.suggest(q, limit) },
        200,
      );
    },
  );

  app.openapi(
    createRoute({
      method: 'get',
      path: '/reverse',
      summary: 'What lies at a point: the nearest address, divisions, grid',
      request: { query: ReverseQuery },
      responses: answers(
        geocodeShapes.ReverseGeocoded,
        'The nearest address with its distance, and the divisions of the point',
      ),
    }),
    async (c) => {
      const { lng, lat, crs, attributes } = c.req.valid('query');
      runtime.city();
      const [x, y] = toWgs84(crs, lng, lat);
      const { nearest, ...found } = await reverseGeocode(runtime.db, x, y);
      const counts = attributes === '1' && nearest && { attributes: await readAddressCounts(runtime.db, nearest.code) };
      const told = { nearest: nearest && { ...nearest, ...counts }, ...found };
      return c.json({ demonstration: demonstration(), lng: x, lat: y, ...told }, 200);
    },
  );
  correctionRoutes(app, runtime, kept, token);
}

/** What people corrected, and what waits to be. */
function correctionRoutes(app: OpenAPIHono, runtime: Runtime, kept: KeptGeocoder, token: string | undefined): void {
  const demonstration = () => runtime.city().kind === 'demo';
  app.on(
    'POST',
    '/geocode/aliases',
    (c, next) => {
      checkToken(c.req.header('authorization'), token);
      return next();
    },
    limited,
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/geocode/aliases',
      summary: 'Corrections: what people write for an address',
      request: { query: AliasQuery },
      responses: answers(geocodeShapes.Aliases, 'In the order of their ids; pass the last as after'),
    }),
    async (c) => {
      const { limit, after } = c.req.valid('query');
      return c.json({ demonstration: demonstration(), items: await listAliases(runtime.db, limit, after) }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/geocode/aliases',
      summary: 'Corrects a text, or a name, to an address',
      request: { body: { required: true, content: { 'application/json': { schema: AliasBody } } } },
      responses: {
        ...answers(geocodeShapes.Alias, 'The correction'),
        401: problem('No token, or a wrong one'),
        403: problem('Corrections over HTTP are off'),
        404: problem('No address has this code'),
      },
    }),
    async (c) => {
      const { text, code } = c.req.valid('json');
      return c.json(await kept.correct(runtime.clock(), text, code), 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'get',
      path: '/geocode/unmatched',
      summary: 'Work list: what was not found, by what one correction would fix',
      request: { query: UnmatchedQuery },
      responses: answers(geocodeShapes.Unmatched, 'What would fix most first'),
    }),
    async (c) => {
      const { reason = null, limit, source } = c.req.valid('query');
      const from = source === undefined ? null : await sourceOnList(runtime, source);
      return c.json(
        { demonstration: demonstration(), items: await listUnmatched(runtime.db, reason, limit, from) },
        200,
      );
    },
  );
}

/** A dataset goes by its live generation on the work list. @throws HekanError('bad_request') where there is no such dataset. */
async function sourceOnList({ db }: Runtime, source: string): Promise<string> {
  if (source.startsWith('file:')) return source;
  const { rows } = await db.query<{ source: string }>(
    `select 'records:' || g.id as source from dataset_generation g join dataset s on s.id = g.dataset_id and g.state = 'live'
     where s.key = $1::text`,
    [source.slice('dataset:'.length)],
  );
  if (!rows[0]) throw badRequest('source', source, 'a dataset of records');
  return rows[0].source;
}
