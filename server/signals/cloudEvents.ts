import { z } from 'zod';
import { badRequest, HekanError } from '../errors.ts';
import { decodeText, parseJson } from './json.ts';

/** Context attributes of CloudEvents 1.0, section 3.1; extensions are lower-case letters and digits. */
const EVENT = z
  .looseObject({
    specversion: z.literal('1.0'),
    id: z.string().min(1).max(400),
    source: z.string().min(1).max(400),
    type: z.string().min(1),
    datacontenttype: z.string().min(1).optional(),
    dataschema: z.url().optional(),
    subject: z.string().min(1).optional(),
    time: z.iso.datetime({ offset: true }).optional(),
    data_base64: z.base64().optional(),
  })
  .refine((event) => !('data' in event && 'data_base64' in event), {
    path: ['data'],
    error: 'either data or data_base64',
  })
  .superRefine((event, context) => {
    const bad = Object.keys(event).find((name) => name !== 'data_base64' && !/^[a-z0-9]+$/.test(name));
    if (bad !== undefined) context.addIssue({ code: 'custom', path: [bad], message: 'a name of a-z and 0-9' });
  });
export type CloudEvent = z.infer<typeof EVENT>;

function checkEvent(given: unknown, where: string): CloudEvent {
  const parsed = EVENT.safeParse(given);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = `${where}${issue?.path.join('.') ?? ''}`;
  throw new HekanError('bad_request', `${field}: ${issue?.message ?? 'wrong'}`, { field });
}

/** Binary mode: the attributes are headers (values percent-encoded), the body is the data. */
function readBinary(headers: Headers, body: Uint8Array, contentType: string): CloudEvent {
  const event: Record<string, unknown> = {};
  for (const [name, value] of headers) {
    if (!name.startsWith('ce-')) continue;
    try {
      event[name.slice(3)] = decodeURIComponent(value);
    } catch {
      throw badRequest(name, value, 'a percent-encoded text');
    }
  }
  if (contentType !== '') event['datacontenttype'] = contentType;
  if (/[/+]json\b/i.test(contentType)) event['data'] = parseJson(decodeText(body, contentType));
  else if (/^text\//i.test(contentType)) event['data'] = decodeText(body, contentType);
  else if (body.length > 0) event['data_base64'] = Buffer.from(body).toString('base64');
  return checkEvent(event, 'ce-');
}

/** The events of a request, in binary, structured or batch mode by its content type.
 * Source: CloudEvents 1.0.2, HTTP protocol binding, section 3. @throws HekanError('bad_request') that names the attribute. */
export function readCloudEvents(headers: Headers, body: Uint8Array): CloudEvent[] {
  const contentType = headers.get('content-type') ?? '';
  const [, mode] = /^application\/cloudevents(-batch)?\+json\b/i.test(contentType)
    ? (/^application\/cloudevents(-batch|)\+json/i.exec(contentType) ?? [])
    : [];
  if (mode === undefined) {
    if (/^application\/cloudevents/i.test(contentType))
      throw badRequest(
        'Content-Type',
        contentType,
        'application/cloudevents+json or application/cloudevents-batch+json',
      );
    return [readBinary(headers, body, contentType)];
  }
  const given = parseJson(decodeText(body, contentType));
  if (mode === '') return [checkEvent(given, '')];
  if (!Array.isArray(given)) throw badRequest('body', typeof given, 'an array of events');
  return given.map((event, i) => checkEvent(event, `[${i}].`));
}
