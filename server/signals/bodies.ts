import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { badRequest, HekanError } from '../errors.ts';
import { readCloudEvents } from './cloudEvents.ts';
import { decodeText, parseJson } from './json.ts';
import type { Outlet } from './outlet.ts';
import { readXlsx } from './xlsx.ts';

/** One signal of a request, and the id it has where its kind says so. */
export interface Item {
  signal: unknown;
  externalId: string | null;
}

/** Rows under the names of the first line. @throws HekanError('bad_request') that names the line. */
function readCsv(text: string): Record<string, string>[] {
  try {
    return parse<Record<string, string>>(text, { columns: true, bom: true, trim: true, skip_empty_lines: true });
  } catch (cause) {
    const { message, lines = 0 } = cause as Error & { lines?: number };
    throw new HekanError('bad_request', `body: line ${lines}: ${message}`, {
      field: 'body',
      given: `line ${lines}`,
      cause,
    });
  }
}

const XLSX = /^application\/vnd\.openxmlformats-officedocument\.spreadsheetml\.sheet\b/i;

async function readItems(contentType: string, body: Uint8Array): Promise<unknown[]> {
  if (XLSX.test(contentType)) return (await readXlsx(body, 'body')).map(({ row }) => row);
  const text = decodeText(body, contentType);
  if (/^text\/csv\b/i.test(contentType)) return readCsv(text);
  if (!/[/+]json\b/i.test(contentType))
    throw badRequest('Content-Type', contentType, 'application/json, text/csv or XLSX');
  const given = parseJson(text);
  return Array.isArray(given) ? (given as unknown[]) : [given];
}

/** What a request brings, as the outlet's kind has it: CloudEvents, one JSON value, or work orders as JSON, CSV or XLSX.
 * @throws HekanError: bad_request; too_large for more than the outlet may send at once. */
export async function readBody(outlet: Outlet, headers: Headers, body: Uint8Array): Promise<Item[]> {
  const contentType = headers.get('content-type') ?? '';
  const items: Item[] =
    outlet.kind === 'cloudevents'
      ? readCloudEvents(headers, body).map((event) => ({ signal: event, externalId: `${event.source} ${event.id}` }))
      : (await readItems(contentType, body)).map((signal) => ({ signal, externalId: null }));
  if (items.length > outlet.config.maxBatch)
    throw new HekanError('too_large', `body: ${items.length} signals, at most ${outlet.config.maxBatch} at once`, {
      field: 'body',
      given: String(items.length),
    });
  return items;
}

/** The id of a signal that brings none: the same bytes are the same signal. */
export function idOfBytes(raw: Uint8Array): string {
  return `sha256:${createHash('sha256').update(raw).digest('hex')}`;
}

function tooLong(maxBytes: number): HekanError {
  return new HekanError('too_large', `body: more than ${maxBytes} bytes`, { field: 'body', given: `> ${maxBytes}` });
}

/** The whole body of a request or an answer, read no further than it may be long. @throws HekanError('too_large'). */
export async function readBytes(message: Pick<Request, 'body'>, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (message.body)
    for await (const chunk of message.body as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLong(maxBytes);
      chunks.push(chunk);
    }
  return Buffer.concat(chunks);
}

/**
 * The whole body of a request. Where it says how long it is, the server reads no further than that: then it is taken in one piece, which
 * costs half of what a stream does.
 * @throws HekanError('too_large').
 */
export async function readRequest(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const length = request.headers.get('content-length');
  if (length === null) return readBytes(request, maxBytes);
  if (Number(length) > maxBytes) throw tooLong(maxBytes);
  const body = new Uint8Array(await request.arrayBuffer());
  if (body.length > maxBytes) throw tooLong(maxBytes);
  return body;
}
