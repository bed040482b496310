import type { IncomingMessage } from 'node:http';
import type { Context } from 'hono';
import { chooseEncoding } from './negotiate.ts';
import { answerCached, type TileAnswers } from './sendTile.ts';
import type { TileRequest } from './service.ts';

/** Screens ask for the same few thousand tiles; whoever asks for a million others finds nothing here, and costs no more than this. */
const MAX_KNOWN = 20_000;

const incomingOf = (env: unknown): IncomingMessage | undefined =>
  (env as { incoming?: IncomingMessage } | undefined)?.incoming;

/**
 * Tiles that were asked for before, by the path and query as they came in: a cached one goes out without being routed, parsed and
 * checked again, which took longer than sending it.
 */
export class KnownTiles {
  readonly #answers: TileAnswers;
  readonly #requests = new Map<string, { request: TileRequest; stamp: number }>();

  constructor(answers: TileAnswers) {
    this.#answers = answers;
  }

  /** Keeps what a request turned out to ask for. */
  remember(c: Context, request: TileRequest): void {
    const incoming = incomingOf(c.env);
    if (incoming?.url === undefined) return;
    if (this.#requests.size >= MAX_KNOWN) this.#requests.clear();
    this.#requests.set(incoming.url, { request, stamp: this.#answers.service.stamp });
  }

  /** @param env of the request, as Node's server gives it. @returns the answer, where it is at hand. */
  answer(env: unknown): Response | undefined {
    const incoming = incomingOf(env);
    if (incoming?.url === undefined || incoming.method !== 'GET') return undefined;
    const known = this.#requests.get(incoming.url);
    if (!known) return undefined;
    const { service, cacheControl } = this.#answers;
    if (known.stamp !== service.stamp) {
      known.request = service.renew(known.request);
      known.stamp = service.stamp;
    }
    const { 'accept-encoding': accepted, 'if-none-match': ifNoneMatch } = incoming.headers;
    const encoding = chooseEncoding(typeof accepted === 'string' ? accepted : undefined);
    return answerCached(service, cacheControl, known.request, encoding, ifNoneMatch);
  }
}
