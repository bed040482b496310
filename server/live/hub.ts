import { currentSeq, readEvents, repeat, SEQ_TOPIC, type Database, type OutEvent } from '../db/index.ts';

/** What a reader gets: an event, or word that what it asked for is no longer kept. */
export type Heard = { kind: 'event'; event: OutEvent } | { kind: 'reset'; seq: number };

export interface LiveHub {
  /** Newest seq the hub has passed on. */
  readonly seq: number;
  readonly readers: number;
  /** Resolves when the hub has passed on everything up to `seq` that the database has. */
  reach(seq: number): Promise<void>;
  /**
   * Events after `since` (null: from now on), in order, none twice and none left out, until the signal ends it.
   * A reader that cannot keep up is cut off, and comes back with its last seq.
   */
  listen(since: number | null, signal: AbortSignal): AsyncGenerator<Heard>;
  close(): Promise<void>;
}

/** A reader this far behind is cut off. */
const MAX_BEHIND = 2000;
/** Notices may be lost: the table is looked at this often all the same. */
const POLL_MS = 1000;

interface Reader {
  queue: OutEvent[];
  wake: () => void;
  overrun: boolean;
}

/**
 * Reads each new event once and hands it to every reader.
 * @param apply takes events in before any reader hears of them (null: events were missed, read everything anew), so that what
 * a reader asks for because of an event is never older than the event.
 */
export async function openHub(
  db: Database,
  apply: (events: readonly OutEvent[] | null) => Promise<void> = async () => undefined,
): Promise<LiveHub> {
  const readers = new Set<Reader>();
  let seq = await currentSeq(db);
  let reading: Promise<void> | null = null;
  let again = false;

  async function pull(): Promise<void> {
    for (;;) {
      const events = await readEvents(db, seq);
      if (events === null) {
        // The city was made anew, or we slept past what is kept: everybody starts over.
        const newest = await currentSeq(db);
        await apply(null);
        seq = newest;
        for (const reader of readers) reader.overrun = true;
        break;
      }
      if (events.length === 0) break;
      await apply(events);
      seq = events.at(-1)!.seq;
      for (const reader of readers) {
        reader.queue.push(...events);
        if (reader.queue.length > MAX_BEHIND) reader.overrun = true;
      }
    }
    for (const reader of readers) reader.wake();
  }

  function hear(): Promise<void> {
    again = true;
    reading ??= (async () => {
      while (again) {
        again = false;
        await pull();
      }
    })().finally(() => {
      reading = null;
    });
    return reading;
  }
  const stop = db.notices.subscribe(SEQ_TOPIC, () => void hear().catch(() => undefined));
  const stopPolling = repeat(
    async () => {
      await hear();
      return POLL_MS;
    },
    () => undefined,
  );

  async function* listen(since: number | null, signal: AbortSignal): AsyncGenerator<Heard> {
    let resume: () => void = () => undefined;
    const reader: Reader = { queue: [], wake: () => resume(), overrun: false };
    readers.add(reader);
    const end = () => reader.wake();
    signal.addEventListener('abort', end);
    try {
      let last = since ?? seq;
      while (since !== null && !signal.aborted) {
        const missed = await readEvents(db, last);
        if (missed === null) {
          last = seq;
          yield { kind: 'reset', seq };
          break;
        }
        for (const event of missed) yield { kind: 'event', event };
        last = missed.at(-1)?.seq ?? last;
        if (missed.length === 0) break;
      }
      while (!signal.aborted && !reader.overrun) {
        const event = reader.queue.shift();
        if (!event) {
          await new Promise<void>((done) => {
            resume = done;
            if (reader.queue.length > 0 || reader.overrun || signal.aborted) done();
          });
        } else if (event.seq > last) {
          last = event.seq;
          yield { kind: 'event', event };
        }
      }
    } finally {
      signal.removeEventListener('abort', end);
      readers.delete(reader);
    }
  }

  return {
    get seq() {
      return seq;
    },
    get readers() {
      return readers.size;
    },
    async reach(wanted) {
      if (wanted > seq) await hear();
    },
    listen,
    async close() {
      stop();
      for (const reader of readers) {
        reader.overrun = true;
        reader.wake();
      }
      await stopPolling();
    },
  };
}
