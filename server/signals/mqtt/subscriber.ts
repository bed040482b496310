import type { Database } from '../../db/index.ts';
import { writeLink } from '../links.ts';
import { listOutlets } from '../outlet.ts';
import { ReceiptDesk } from '../receipts.ts';
import { isMqtt, subscribe, type Subscription } from './subscribe.ts';

/** Keeps one subscription for each enabled outlet that listens to a broker, as its configuration is now. */
export class MqttSubscriber {
  readonly #db: Database;
  readonly #desk: ReceiptDesk;
  readonly #running = new Map<number, { config: string; subscription: Subscription }>();

  constructor(db: Database) {
    this.#db = db;
    this.#desk = new ReceiptDesk(db);
  }

  /** Starts, ends and changes subscriptions, and notes how each stands. */
  async sync(now: Date): Promise<void> {
    const outlets = (await listOutlets(this.#db)).filter(isMqtt).filter(({ enabled }) => enabled);
    const wanted = new Map(outlets.map((outlet) => [outlet.id, outlet]));
    for (const [id, { config, subscription }] of this.#running) {
      const outlet = wanted.get(id);
      if (outlet && JSON.stringify(outlet.config) === config) continue;
      await subscription.stop();
      this.#running.delete(id);
      if (!outlet) await writeLink(this.#db, id, { connected: false, error: null }, now);
    }
    for (const [id, outlet] of wanted) {
      const known = this.#running.get(id);
      const subscription = known?.subscription ?? subscribe(outlet, this.#desk);
      if (!known) this.#running.set(id, { config: JSON.stringify(outlet.config), subscription });
      await writeLink(this.#db, id, subscription.link, now);
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ subscription }) => subscription.stop()));
    this.#running.clear();
  }
}
