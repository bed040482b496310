import type { LiveCase, LiveData, MapChange } from '../../server/api/shapes.ts';
import { backoffMs } from './backoff.ts';

export type LiveState = 'connecting' | 'live' | 'lost';

/** What of an EventSource is used; tests bring their own. */
export interface EventSourceLike {
  addEventListener(type: string, listener: (event: { data?: string; lastEventId?: string }) => void): void;
  close(): void;
}

export interface LiveOptions {
  open: (url: string) => EventSourceLike;
  onCase: (event: LiveCase) => void;
  /** Rows changed, many perhaps, or lights turned: what is told to have changed is fetched again. */
  onData: (event: LiveData) => void;
  /** Events were missed (up to seq): fetch everything again. */
  onReset: (seq: number | null) => void;
  onState: (state: LiveState) => void;
  random?: () => number;
}

/** No ping for this long, once there has been one: the line is dead even if nothing has said so. */
const SILENCE_MS = 60_000;

/** The live stream: resumes after the last seq seen, reconnects with growing waits, notices a line that went silent. */
export class LiveFeed {
  readonly #options: LiveOptions;
  #source: EventSourceLike | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #seq = 0;

  constructor(options: LiveOptions) {
    this.#options = options;
  }

  /** @param seq events after this one are wanted. */
  start(seq: number): void {
    this.#seq = seq;
    this.#options.onState('connecting');
    this.#connect();
  }

  /** Try at once (the network came back). */
  retry(): void {
    if (!this.#source) this.#connect();
  }

  stop(): void {
    this.#drop();
  }

  #connect(): void {
    this.#drop();
    const source = this.#options.open(`/api/live?since=${this.#seq}`);
    this.#source = source;
    const listen = (type: string, handle: (data: string) => void): void =>
      source.addEventListener(type, (event) => {
        if (source === this.#source) handle(event.data ?? '');
      });
    listen('open', () => {
      this.#attempt = 0;
      this.#options.onState('live');
    });
    listen('error', () => this.#lost());
    listen('ping', () => this.#heard());
    listen('case', (data) => this.#next(data, this.#options.onCase));
    listen('data', (data) => this.#next(data, this.#options.onData));
    listen('reset', (data) => this.#jump(data));
  }

  /** Each event once. */
  #next<Event extends { seq: number }>(data: string, tell: (event: Event) => void): void {
    const event = parse<Event>(data);
    if (!event || event.seq <= this.#seq) return;
    this.#seq = event.seq;
    tell(event);
  }

  #jump(data: string): void {
    const seq = parse<{ seq?: number }>(data)?.seq ?? null;
    if (seq !== null) this.#seq = seq;
    this.#options.onReset(seq);
  }

  #heard(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#lost(), SILENCE_MS);
  }

  #lost(): void {
    this.#drop();
    this.#options.onState('lost');
    this.#retry = setTimeout(() => this.#connect(), backoffMs(this.#attempt++, this.#options.random));
  }

  #drop(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#silence);
    this.#source?.close();
    this.#source = undefined;
  }
}

/** Layers that the base map draws. */
const BASE = ['divisions', 'base'];

/** Whether an event is about the ground itself (another city, new boundaries), after which everything is another. */
export const isAnotherCity = ({ layers, tiles }: MapChange): boolean =>
  tiles?.length !== 0 && layers.some((layer) => BASE.includes(layer));

function parse<T>(data: string): T | null {
  try {
    return JSON.parse(data) as T;
  } catch {
    return null;
  }
}
