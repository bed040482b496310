import type { GridAddressesAnswer, GridTextsAnswer } from '../../server/api/dataGridShapes.ts';
import { getJson, withQuery } from './http.ts';

export type ListedAddress = GridAddressesAnswer['items'][number];
export type ListedText = GridTextsAnswer['items'][number];

const PAGE = 50;

/** The addresses, or the texts, behind one figure of the data grid, page by page. */
export class AddressList {
  /** What was opened: the figure's own link; null: nothing. */
  href = $state<string | null>(null);
  addresses = $state.raw<ListedAddress[]>([]);
  texts = $state.raw<ListedText[]>([]);
  total = $state<number | null>(null);
  next = $state<string | null>(null);
  busy = $state(false);
  error = $state.raw<Error | null>(null);
  #run = 0;

  /** Opens a figure, or closes it where it is open. */
  toggle(href: string): void {
    const isOpen = this.href === href;
    this.close();
    if (isOpen) return;
    this.href = href;
    void this.more();
  }

  async more(): Promise<void> {
    const { href } = this;
    if (href === null || this.busy) return;
    const run = ++this.#run;
    this.busy = true;
    this.error = null;
    try {
      const page = await getJson<GridAddressesAnswer | GridTextsAnswer>(
        withQuery(href, { after: this.next, limit: PAGE }),
      );
      if (run === this.#run) this.#take(page);
    } catch (error) {
      if (run === this.#run) this.error = error as Error;
    } finally {
      if (run === this.#run) this.busy = false;
    }
  }

  #take(page: GridAddressesAnswer | GridTextsAnswer): void {
    this.total = page.total ?? this.total;
    if ('next' in page) {
      this.addresses = [...this.addresses, ...page.items];
      this.next = page.next;
    } else this.texts = page.items;
  }

  close(): void {
    this.#run++;
    this.href = null;
    this.addresses = [];
    this.texts = [];
    this.total = null;
    this.next = null;
    this.busy = false;
    this.error = null;
  }
}
