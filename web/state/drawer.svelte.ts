import type { CaseDetail, CaseItem, Overview } from '../../server/api/shapes.ts';
import { api } from './api.ts';
import { Resource } from './resource.svelte.ts';

/** What a figure brings along when it is opened. */
export interface Opened {
  title: string;
  /** The figure as it was shown. */
  value: string;
  fraction: string | null;
  asOf: string | null;
  definition: string;
  /** Where its cases are listed; null where there is no list. */
  href: string | null;
  /** The datasets that it counts, where it counts records. */
  datasets?: readonly Dataset[];
}

export type Dataset = Overview['records']['datasets'][number];

const PAGE = 50;

/** The drawer: the cases behind a figure, page by page, and one case's steps. */
export class Drawer {
  opened = $state.raw<Opened | null>(null);
  items = $state.raw<CaseItem[]>([]);
  total = $state<number | null>(null);
  asOf = $state<string | null>(null);
  next = $state<string | null>(null);
  busy = $state(false);
  error = $state.raw<Error | null>(null);
  /** The case whose steps are shown; null: the list. */
  caseId = $state<number | null>(null);
  readonly detail = new Resource<CaseDetail>();
  #run = 0;

  get isOpen(): boolean {
    return this.opened !== null || this.caseId !== null;
  }

  open(figure: Opened): void {
    this.close();
    this.opened = figure;
    if (figure.href !== null) void this.more();
  }

  async more(): Promise<void> {
    const href = this.opened?.href;
    if (!href || this.busy) return;
    const run = ++this.#run;
    this.busy = true;
    this.error = null;
    try {
      const page = await api.cases(href, this.next, PAGE);
      if (run !== this.#run) return;
      this.items = [...this.items, ...page.items];
      this.total = page.total ?? this.total;
      this.asOf = page.asOf;
      this.next = page.next;
    } catch (error) {
      if (run === this.#run) this.error = error as Error;
    } finally {
      if (run === this.#run) this.busy = false;
    }
  }

  openCase(id: number): void {
    this.caseId = id;
    this.detail.clear();
    this.retryCase();
  }

  retryCase(): void {
    const id = this.caseId;
    if (id !== null) this.detail.load((signal) => api.caseDetail(id, signal)).catch(() => {});
  }

  /** From a case back to its list, if it was opened from one. */
  back(): void {
    this.caseId = null;
    this.detail.clear();
  }

  close(): void {
    this.#run++;
    this.back();
    this.opened = null;
    this.items = [];
    this.total = null;
    this.asOf = null;
    this.next = null;
    this.busy = false;
    this.error = null;
  }
}
