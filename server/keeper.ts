import type { Logger } from 'pino';
import { announceLights, escalateOverdue, foldTally, sealOnce, type AttachmentStore } from './cases/index.ts';
import { coarsenVersions, relayOnce, repeat, SEQ_TOPIC, type Clock, type Database } from './db/index.ts';
import { openSigningKey, takeDue, writeDueReport, type KeyPlace } from './kpi/index.ts';
import { deliverOnce } from './live/index.ts';
import { buildSlice, foldDensity, foldRecordCounts, rematchRecords } from './records/index.ts';
import {
  applyUpdates,
  deliverLetters,
  DropFolders,
  fetchPhotos,
  MqttSubscriber,
  SIGNAL_CHUNK,
  SignalWorker,
} from './signals/index.ts';

/** A change waits at most this long for the relay. */
const RELAY_MS = 50;
const FOLD_MS = 2000;
/** Folding takes at most this share of the time while much comes in: a block is then written once for many deltas. */
const FOLD_SHARE = 1 / 4;
const SLICE_MS = 1000;
const LIGHTS_MS = 1000;
const COARSEN_MS = 600_000;
const WEBHOOK_MS = 500;
const ESCALATE_MS = 60_000;
/** Corrections are taken together: each look reads the addresses. */
const REMATCH_MS = 10_000;
const SEAL_MS = 10_000;
/** A receipt waits at most this long for its case. */
const SIGNALS_MS = 100;
const PHOTOS_MS = 1000;
const LINKS_MS = 2000;
const MONTHS_MS = 60_000;

/** How months are taken: what signs them, and how long they settle. */
export interface MonthsEnd {
  key: KeyPlace;
  settlingHours: number;
  /** Where reports go; undefined: nowhere. */
  reportFolder: string | undefined;
}

/** One pass over what is not folded yet. @returns how long to wait before the next, in ms. */
async function foldAll(db: Database): Promise<number> {
  const began = performance.now();
  while ((await foldTally(db)) > 0);
  while ((await foldRecordCounts(db)) > 0);
  while ((await foldDensity(db)) > 0);
  return Math.max(FOLD_MS, (performance.now() - began) * (1 / FOLD_SHARE - 1));
}

/** Takes a month that has ended. Its hash goes to the server's log: whoever would sign a whole chain anew is shown by it. */
async function takeMonth(db: Database, log: Logger, clock: () => Clock, { key, settlingHours }: MonthsEnd) {
  const taken = await takeDue(db, () => openSigningKey(key), settlingHours, clock().now());
  if (taken) log.info({ month: taken.month, rows: taken.rows, hash: taken.hash }, 'month taken and signed');
  return taken ? 0 : MONTHS_MS;
}

/** Writes a report that is due. */
async function writeReports(db: Database, log: Logger, clock: () => Clock, folder: string): Promise<number> {
  const written = await writeDueReport(db, folder, clock().now());
  if (written !== null) log.info({ report: written, folder }, 'report written');
  return written === null ? MONTHS_MS : 0;
}

/**
 * What must be done once for a city, however many processes serve it: relays changes, folds deltas into counts, builds slices, tells
 * when lights turn by the clock, seals the logs of cases, and takes the months that have ended. Each seal goes to the server's log: where that is sent elsewhere, the
 * heads have left the building.
 * @param attachments where photos of platforms are kept.
 * @param month without it no month is taken.
 * @returns stop.
 */
export function startKeeper(
  db: Database,
  log: Logger,
  clock: () => Clock,
  attachments: AttachmentStore,
  month?: MonthsEnd,
): () => Promise<void> {
  const keep = (what: string, work: () => Promise<number>) => repeat(work, (err) => log.warn({ err }, `${what} waits`));
  const signals = new SignalWorker(db, clock, (err) => log.warn({ err }, 'addresses are those from before'));
  const mqtt = new MqttSubscriber(db);
  const folders = new DropFolders(db);
  const folder = month?.reportFolder;
  const stops = [
    keep('relay', async () => {
      const seq = await relayOnce(db);
      if (seq === null) return RELAY_MS;
      await db.notices.publish(SEQ_TOPIC, String(seq));
      return 0;
    }),
    keep('fold', () => foldAll(db)),
    keep('slices', async () => ((await buildSlice(db)) ? 0 : SLICE_MS)),
    keep('lights', async () => {
      await announceLights(db, clock().now());
      return LIGHTS_MS;
    }),
    keep('webhooks', async () => ((await deliverOnce(db, () => new Date())) > 0 ? 0 : WEBHOOK_MS)),
    keep('escalation', async () => ((await escalateOverdue(db, clock().now())) > 0 ? 0 : ESCALATE_MS)),
    keep('seals', async () => {
      const seal = await sealOnce(db, clock().now());
      if (seal) log.info({ seal: seal.id, heads: seal.heads, hash: seal.hash }, 'logs of cases sealed');
      return seal ? 0 : SEAL_MS;
    }),
    keep('rematch', async () => {
      const { looked, located } = await rematchRecords(db);
      if (looked > 0) log.info({ looked, located }, 'records looked at again');
      return REMATCH_MS;
    }),
    keep('signals', async () => {
      const began = performance.now();
      const done = await signals.once();
      // What comes little by little is gathered: each pass costs, however few it is for.
      return done >= SIGNAL_CHUNK[db.engine] ? 0 : Math.max(0, SIGNALS_MS - (performance.now() - began));
    }),
    keep('updates', async () => ((await applyUpdates(db, clock(), new Date())) > 0 ? 0 : SIGNALS_MS)),
    keep('letters', async () => ((await deliverLetters(db, () => new Date())) > 0 ? 0 : WEBHOOK_MS)),
    keep('photos', async () => ((await fetchPhotos(db, attachments, clock(), new Date())) > 0 ? 0 : PHOTOS_MS)),
    keep('mqtt', async () => {
      await mqtt.sync(new Date());
      return LINKS_MS;
    }),
    keep('folders', async () => ((await folders.once(new Date())) > 0 ? 0 : LINKS_MS)),
    ...(month ? [keep('months', () => takeMonth(db, log, clock, month))] : []),
    ...(folder === undefined ? [] : [keep('reports', () => writeReports(db, log, clock, folder))]),
    keep('versions', async () => {
      await coarsenVersions(db);
      return COARSEN_MS;
    }),
  ];
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
    await mqtt.stop();
  };
}
