import { createHash } from 'node:crypto';
import { Hono, type Context } from 'hono';
import { cors } from 'hono/cors';
import { badRequest, HekanError } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import { Allowance, hashToken, ReceiptDesk, readRequest, same } from '../signals/index.ts';
import { readDiscovery } from './discovery.ts';
import { Endpoints, type Endpoint } from './endpoints.ts';
import { oneValue, parseForm } from './form.ts';
import { answer, splitFormat, type Format } from './formats.ts';
import { readFilter, readRequests, readToken } from './requests.ts';
import { readService, readServices, serviceDefinition, serviceItem } from './services.ts';
import { readSubmission } from './submission.ts';

const FORM = 'application/x-www-form-urlencoded';
/** Come again later; anything else that is wrong is 400, 403 or 404, as the standard has it. */
const LATER = [429, 503];

function statusOf({ status }: HekanError): number {
  if (status === 401 || status === 403) return 403;
  return status === 404 || LATER.includes(status) ? status : 400;
}

function errors(format: Format, error: HekanError): Response {
  const status = statusOf(error);
  const response = answer(format, 'errors', [{ code: status, description: error.message }], status);
  if (error.retryAfterS !== undefined) response.headers.set('Retry-After', String(error.retryAfterS));
  return response;
}

/** @throws HekanError('forbidden'). */
function checkKey({ outlet }: Endpoint, key: string | null): void {
  const { auth } = outlet.config;
  const hash = hashToken(key ?? '');
  if (auth.kind === 'api_key' && key !== null && auth.keysSha256.some((known) => same(known, hash))) return;
  throw new HekanError('forbidden', key === null ? 'api_key was not provided' : 'Invalid api_key received', {
    field: 'api_key',
  });
}

/** The same bytes on one day are one request, sent again; on another day they are another. */
const idOf = (raw: Buffer, now: Date) =>
  createHash('sha256').update(now.toISOString().slice(0, 10)).update(raw).digest('hex');

/** Open311 GeoReport v2 under /open311/v2. Source: wiki.open311.org/GeoReport_v2. @param onError told of what is the server's fault. */
export function open311Routes(
  runtime: Runtime,
  publicUrl: string | undefined,
  onError: (error: unknown) => void,
): Hono {
  const { db } = runtime;
  const endpoints = new Endpoints(db);
  const [desk, allowance] = [new ReceiptDesk(db), new Allowance()];
  const app = new Hono();

  // Requests bear the instants of receipts, which are of the wall clock, also where a demonstration stands still.
  /** Answers in the format that the resource's name ends in. */
  const serve = (root: string, read: (c: Context, name: string) => Promise<unknown>) => async (c: Context) => {
    const { name, format } = splitFormat(
      c.req.param('name') ?? c.req.path.split('/').at(-1) ?? '',
      c.req.header('accept'),
    );
    try {
      if (c.req.url.includes('%00')) throw badRequest('url', c.req.url, 'no NUL character');
      return answer(format, root, await read(c, name));
    } catch (error) {
      if (error instanceof HekanError && error.status !== 500) return errors(format, error);
      onError(error);
      return answer(format, 'errors', [{ code: 500, description: 'The server failed; its log says why.' }], 500);
    }
  };
  const endpointOf = (c: Context) => endpoints.find(c.req.query('jurisdiction_id'));
  const urlOf = (c: Context) => `${publicUrl?.replace(/\/$/, '') ?? new URL(c.req.url).origin}/open311/v2`;

  async function file(c: Context): Promise<unknown> {
    const now = new Date();
    const most = (await endpoints.list()).map(({ outlet }) => outlet.config.maxBytes);
    const form = parseForm(c.req.header('content-type') ?? '', await readRequest(c.req.raw, Math.max(1000, ...most)));
    const endpoint = await endpoints.find(oneValue(form, 'jurisdiction_id') ?? c.req.query('jurisdiction_id'));
    checkKey(endpoint, oneValue(form, 'api_key'));
    const code = oneValue(form, 'service_code');
    if (code === null) throw badRequest('service_code', '', 'a code of GET services');
    const service = await readService(db, endpoint, code);
    const submission = readSubmission(form, service);
    allowance.take(endpoint.outlet, 1);
    const raw = Buffer.from(JSON.stringify(submission));
    const signal = {
      outletId: endpoint.outlet.id,
      externalId: idOf(raw, now),
      raw,
      contentType: FORM,
      receivedAt: now,
    };
    const [receipt] = await desk.store([signal]);
    const { account_id = null } = submission;
    return [{ token: receipt!.receipt, service_notice: service.config.notice ?? null, account_id }];
  }

  app.use(cors());
  for (const ending of ['', '.xml', '.json']) {
    app.get(
      `/discovery${ending}`,
      serve('discovery', async (c) =>
        readDiscovery(db, await endpoints.list(), urlOf(c), runtime.cityOrNull()?.kind === 'demo'),
      ),
    );
    app.get(
      `/services${ending}`,
      serve('services', async (c) => (await readServices(db, await endpointOf(c))).map(serviceItem)),
    );
    app.get(
      `/requests${ending}`,
      serve('service_requests', async (c) =>
        readRequests(db, await endpointOf(c), readFilter(c.req.queries(), new Date())),
      ),
    );
    app.post(`/requests${ending}`, serve('service_requests', file));
  }
  app.get(
    '/services/:name',
    serve('service_definition', async (c, name) => serviceDefinition(await readService(db, await endpointOf(c), name))),
  );
  app.get(
    '/requests/:name',
    serve('service_requests', async (c, name) => {
      const filter = readFilter({ service_request_id: [name] }, new Date());
      const found = await readRequests(db, await endpointOf(c), filter);
      if (found.length > 0) return found;
      throw new HekanError('not_found', `service_request_id ${name.slice(0, 100)} not found`);
    }),
  );
  app.get(
    '/tokens/:name',
    serve('service_requests', async (c, name) => [await readToken(db, await endpointOf(c), name)]),
  );
  app.all(
    '*',
    serve('errors', async (c) => {
      throw new HekanError('not_found', `there is nothing for ${c.req.method} at ${c.req.path.slice(0, 200)}`);
    }),
  );
  return app;
}
