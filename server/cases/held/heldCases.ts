import { setTimeout as sleep } from 'node:timers/promises';
import type { Tile } from '../../../tiles/grid.ts';
import type { Scope } from '../../access/index.ts';
import type { Database, OutEvent } from '../../db/index.ts';
import type { CaseFilter } from '../filter.ts';
import { CASE_STATUSES } from '../words.ts';
import { toCriteria } from './criteria.ts';
import { FieldOverflow, planFields, type HeldCase } from './fields.ts';
import { HeldWords, type CategoryWords } from './heldWords.ts';
import { OpenCases } from './openCases.ts';
import { CasePages } from './pages.ts';
import { readBounds, readBulk, readByIds, readOpenIds } from './readRows.ts';
import { groupCases, type CaseGroup } from './tileGroups.ts';

/** Cases read at a time: a transaction of the embedded engine is kept short. */
const CHUNK = { postgresql: 20_000, embedded: 5000 };
const IDS = 500;
/** Put in between two looks at the clock, and how long without a pause, in ms: sorting one page takes some. */
const BREATH = 64;
const BREATH_MS = 8;
const MAX_ID = 2 ** 31 - 1;
const LAYER = 'cases';

interface Held {
  words: HeldWords;
  pages: CasePages;
  open: OpenCases;
}

/**
 * What tiles need of every located case, in memory: see docs/decisions/2026-11-24-case-columns.md. It is as new as the newest
 * event that apply() has taken in, or newer.
 */
export interface HeldCases {
  /** false: it is being read, and who asks is to ask the database. */
  readonly ready: boolean;
  /** Cases held. */
  readonly size: number;
  /** Resolves when it is ready, or closed. */
  settled(): Promise<void>;
  /** Begins to read. To be called once, when events already come. */
  start(): void;
  /** Takes events in; null: events were missed. */
  apply(events: readonly OutEvent[] | null): Promise<void>;
  /** Matching cases of a tile by cell of a level; null while not ready. */
  groups(tile: Tile, level: number, filter: CaseFilter, scope: Scope, now: Date): CaseGroup[] | null;
  categoryWords(index: number): CategoryWords | undefined;
  /** Whether there is such a word; true while not ready. */
  knows(field: 'category' | 'source', word: string): boolean;
  close(): Promise<void>;
}

/** Everything of a layer changed, and nobody says which cases. */
const tellsAll = ({ layers, dirty, caseIds }: OutEvent) => layers.includes(LAYER) && dirty === null && caseIds === null;

/** Lets others have the event loop. */
const breathe = () => new Promise<void>((done) => setImmediate(done));

/** Reads these cases again. @throws FieldOverflow. */
async function update(db: Database, held: Held, ids: readonly number[]): Promise<void> {
  for (let at = 0; at < ids.length; at += IDS) {
    const asked = ids.slice(at, at + IDS);
    const rows = await readByIds(db, asked, held.words);
    // Before any case is seen that stands under it.
    if (held.words.isStale) await held.words.read(db);
    const gone = new Set(asked);
    for (const { held: one, open } of rows) {
      gone.delete(one.id);
      held.pages.put(one);
      if (open) held.open.put(open);
      else held.open.remove(one.id);
    }
    for (const id of gone) {
      held.pages.remove(id);
      held.open.remove(id);
    }
    if (at + IDS < ids.length) await breathe();
  }
}

/** Reads all cases. @param stopped asked between chunks. @returns null where stopped. */
async function readAll(db: Database, stopped: () => boolean): Promise<Held | null> {
  const words = new HeldWords();
  await words.read(db);
  const { maxId, ...days } = await readBounds(db);
  if (maxId > MAX_ID) throw new RangeError(`cases.id ${maxId}: held cases have ids up to ${MAX_ID}`);
  const pages = new CasePages(planFields({ statuses: CASE_STATUSES.length, ...words.sizes, ...days }));
  const held: Held = { words, pages, open: new OpenCases() };
  let next = readBulk(db, 0, CHUNK[db.engine]);
  for (;;) {
    const bulk = await next;
    if (stopped()) return null;
    if (bulk.last === null) break;
    // The database reads the next chunk while this one is put in.
    next = readBulk(db, bulk.last, CHUNK[db.engine]);
    next.catch(() => undefined);
    const put = (one: HeldCase) => pages.put(one);
    let began = performance.now();
    for (const _ of bulk.each(words, BREATH, put)) {
      if (performance.now() - began < BREATH_MS) continue;
      await breathe();
      began = performance.now();
    }
  }
  for (const _ of pages.settle()) await breathe();
  await update(db, held, await readOpenIds(db));
  if (words.isStale) await words.read(db);
  return stopped() ? null : held;
}

/** Holds the cases of a city. @param onError is told why reading failed; it is tried again. */
export function holdCases(db: Database, onError: (error: unknown) => void = () => undefined): HeldCases {
  const closing = new AbortController();
  const pending = new Set<number>();
  let held: Held | null = null;
  let generation = 0;
  let reading: Promise<void> = Promise.resolve();

  async function read(mine: number): Promise<void> {
    const stopped = () => closing.signal.aborted || mine !== generation;
    for (let failures = 0; !stopped(); failures++) {
      try {
        const all = await readAll(db, stopped);
        // What changed meanwhile; what changes from here on waits for its turn.
        while (all && pending.size > 0 && !stopped()) {
          const ids = [...pending];
          pending.clear();
          await update(db, all, ids);
        }
        if (all && !stopped()) held = all;
        return;
      } catch (error) {
        if (stopped()) return;
        onError(error);
        await sleep(Math.min(30_000, 500 * 2 ** failures), undefined, { signal: closing.signal }).catch(
          () => undefined,
        );
      }
    }
  }

  function readAgain(): void {
    held = null;
    pending.clear();
    const mine = ++generation;
    reading = reading.then(() => read(mine));
  }

  return {
    get ready() {
      return held !== null;
    },
    get size() {
      return held?.pages.size ?? 0;
    },
    async settled() {
      for (let seen: Promise<void> | null = null; seen !== reading;) {
        seen = reading;
        await seen;
      }
    },
    start: readAgain,
    async apply(events) {
      if (events === null || events.some(tellsAll)) {
        readAgain();
        return;
      }
      const ids = new Set(events.flatMap(({ layers, caseIds }) => (layers.includes(LAYER) ? (caseIds ?? []) : [])));
      if (ids.size === 0) return;
      const now = held;
      if (!now) {
        for (const id of ids) pending.add(id);
        return;
      }
      await update(db, now, [...ids]).catch((error: unknown) => {
        if (!(error instanceof FieldOverflow)) throw error;
        readAgain();
      });
    },
    groups(tile, level, filter, scope, now) {
      if (!held) return null;
      const criteria = toCriteria(filter, scope.divisionIds, held.words);
      return groupCases(held.pages, held.open, criteria, tile, level, now);
    },
    categoryWords: (index) => held?.words.categoryWords(index),
    knows(field, word) {
      if (!held) return true;
      return (field === 'category' ? held.words.categoriesOf(word) : held.words.sourcesOf(word)).length > 0;
    },
    async close() {
      closing.abort();
      await reading;
    },
  };
}
