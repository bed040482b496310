import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { ATTACHMENT_KINDS, attachFile, listAttachments, readAttachment, type AttachmentStore } from '../cases/index.ts';
import { badRequest, HekanError } from '../errors.ts';
import type { Runtime } from '../runtime.ts';
import { checkToken } from './token.ts';

const MAX_FILE = 20 * 1024 * 1024;

function parseId(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw badRequest('id', text, 'the id of a case');
  return Number(text);
}

/**
 * Photos and files of cases, for whoever may take steps: they may show people.
 * POST /cases/{id}/attachments?kind=before|after|other&actor=… with the file as the body; GET the list; GET …/{sha256} the file.
 */
export function attachmentRoutes(runtime: Runtime, store: AttachmentStore, token: string | undefined): Hono {
  const app = new Hono();
  app.use('*', (c, next) => {
    checkToken(c.req.header('authorization'), token);
    return next();
  });
  app.post(
    '/',
    bodyLimit({
      maxSize: MAX_FILE,
      onError: () => {
        throw new HekanError('too_large', `file: expected at most ${MAX_FILE} bytes`, { field: 'file' });
      },
    }),
    async (c) => {
      const { kind: asked = 'other', actor = '' } = c.req.query();
      const kind = ATTACHMENT_KINDS.find((one) => one === asked);
      if (!kind) throw badRequest('kind', asked, `one of ${ATTACHMENT_KINDS.join(', ')}`);
      if (actor.trim() === '' || actor.length > 100) throw badRequest('actor', actor, 'who gives the file');
      const bytes = new Uint8Array(await c.req.arrayBuffer());
      const given = { bytes, kind, actor };
      return c.json(await attachFile(runtime.db, store, runtime.clock(), parseId(c.req.param('id') ?? ''), given), 201);
    },
  );
  app.get('/', async (c) => c.json({ items: await listAttachments(runtime.db, parseId(c.req.param('id') ?? '')) }));
  app.get('/:sha256', async (c) => {
    const id = parseId(c.req.param('id') ?? '');
    const { bytes, type } = await readAttachment(runtime.db, store, id, c.req.param('sha256'));
    return c.body(bytes, 200, {
      'Content-Type': type,
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'Cache-Control': 'private, max-age=31536000, immutable',
      'X-Content-Type-Options': 'nosniff',
      'Content-Disposition': type === 'application/pdf' ? 'attachment' : 'inline',
    });
  });
  return app;
}
