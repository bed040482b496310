import type { CasePage, City, Division, LiveCase, LiveData, MapChange, Overview } from '../../server/api/shapes.ts';
import { locale } from '../i18n/locale.svelte.ts';
import { api } from './api.ts';
import { prepend } from './bounded.ts';
import { ChangeLog } from './changes.ts';
import { Clock } from './clock.svelte.ts';
import { Drawer } from './drawer.svelte.ts';
import type { ThemeTable } from '../charts/divisionTheme.ts';
import { AddressList } from './addressList.svelte.ts';
import { fetchTheme } from './fetchTheme.ts';
import { fetchTrend } from './fetchTrend.ts';
import { asEvent } from './latest.ts';
import { fetchBelow, type Ranking } from './levels.ts';
import { isAnotherCity, LiveFeed, type LiveState } from './live.ts';
import { isWithin } from './membership.ts';
import { Refresher } from './refresher.ts';
import { Resource } from './resource.svelte.ts';
import type { Trend } from './trend.ts';
import { DEFAULT_SELECTION, formatSelection, parseSelection, type Selection } from './url.ts';
import { RequestFailed, withQuery } from './http.ts';

/** Events kept for the list, and how many from before the page was opened are asked for. */
const EVENTS_KEPT = 200;
const EVENTS_BEFORE = 150;
const LATEST = 30;
/** How long events are gathered before the list shows them. */
const GATHER_MS = 150;

/** All that a wall knows. Panels read it; only this talks to the server. */
export class Wall {
  selection = $state.raw<Selection>(DEFAULT_SELECTION);
  readonly city = new Resource<City>();
  readonly overview = new Resource<Overview>();
  readonly ranking = new Resource<Ranking>();
  /** What colours the divisions, where that is not the completion rate. */
  readonly theme = new Resource<ThemeTable>();
  readonly addressList = new AddressList();
  readonly trend = new Resource<Trend>();
  readonly division = new Resource<Division>();
  /** The newest cases, for when the stream is silent. */
  readonly latest = new Resource<CasePage>();
  readonly drawer = new Drawer();
  readonly clock = new Clock();

  connection = $state<LiveState>('connecting');
  events = $state.raw<LiveCase[]>([]);
  /** Grows when everything is another: the map starts over. */
  dataVersion = $state(0);
  /** Which tiles changed; the map listens. */
  readonly changes = new ChangeLog();
  /** The map shows an event as it comes. */
  onEvent: (event: LiveCase) => void = () => {};

  readonly timeZone = $derived(this.city.value?.timeZone ?? 'Asia/Shanghai');
  readonly isDemo = $derived(this.city.value?.kind === 'demo');
  readonly frozenAt = $derived(this.city.value?.frozenAt ?? null);
  readonly name = $derived(this.division.value ?? this.city.value);
  /** Events of the chosen division, newest first. */
  readonly streamed = $derived.by(() => {
    if (this.selection.division === null) return this.events;
    const division = this.division.value;
    return division ? this.events.filter((event) => isWithin(event.divisionZh, division)) : [];
  });

  readonly isSilent = $derived(this.streamed.length === 0);
  readonly shownEvents = $derived(
    this.isSilent
      ? (this.latest.value?.items ?? []).map(asEvent).sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
      : this.streamed,
  );

  #arrived: LiveCase[] = [];
  #arrival: ReturnType<typeof setTimeout> | undefined;
  /** All changes up to this one were in the first answers. */
  #knownSeq = 0;
  #feed = new LiveFeed({
    open: (url) => new EventSource(url),
    onCase: (event) => this.#onCase(event),
    onData: (event) => this.#onData(event),
    onReset: (seq) => this.#onReset(seq),
    onState: (state) => this.#onState(state),
  });
  #cityAgain = new Refresher(() => this.#loadCity(), { minMs: 2_000, idleMs: 300_000 });
  #overviewAgain = new Refresher(() => this.#loadOverview(), { minMs: 2_500, idleMs: 60_000 });
  #rankingAgain = new Refresher(() => this.#loadRanking(), { minMs: 10_000, idleMs: 60_000 });
  #trendAgain = new Refresher(() => this.#loadTrend(), { minMs: 30_000, idleMs: 300_000 });
  #themeAgain = new Refresher(() => this.#loadTheme(), { minMs: 15_000, idleMs: 60_000 });
  #all = [this.#themeAgain, this.#cityAgain, this.#overviewAgain, this.#rankingAgain, this.#trendAgain];

  start(): void {
    this.#adopt(parseSelection(location.search));
    addEventListener('popstate', this.#onPopState);
    addEventListener('online', this.#onOnline);
    this.clock.start();
    void this.#begin();
  }

  stop(): void {
    removeEventListener('popstate', this.#onPopState);
    removeEventListener('online', this.#onOnline);
    this.clock.stop();
    this.#feed.stop();
    clearTimeout(this.#arrival);
    for (const again of this.#all) again.stop();
  }

  /** Another division, layer or language. Only a change of division makes a step for the back button. */
  select(change: Partial<Selection>): void {
    const next = { ...this.selection, ...change };
    const moved = next.division !== this.selection.division;
    const recoloured = next.colour !== this.selection.colour;
    const url = `${location.pathname}${formatSelection(next)}`;
    if (moved) history.pushState(null, '', url);
    else history.replaceState(null, '', url);
    this.#adopt(next);
    if (moved) this.#loadDivision();
    else if (recoloured) this.#recolour();
  }

  /** After a failure, on the visitor's word. */
  retry(): void {
    void this.#begin();
  }

  #adopt(selection: Selection): void {
    this.selection = selection;
    locale.lang = selection.lang;
  }

  #onPopState = (): void => {
    const before = this.selection;
    this.#adopt(parseSelection(location.search));
    if (this.selection.division !== before.division) this.#loadDivision();
    else if (this.selection.colour !== before.colour) this.#recolour();
  };

  #onOnline = (): void => this.#feed.retry();

  async #begin(): Promise<void> {
    await this.#cityAgain.now();
    this.#loadDivision();
  }

  async #loadCity(): Promise<void> {
    const before = this.city.value;
    await this.city.load((signal) => api.city(signal));
    const city = this.city.value;
    if (!city) return;
    // The server was upgraded: a wall that nobody touches takes the new pages by itself.
    if (before && before.build !== city.build) location.reload();
    if (city.frozenAt !== null) this.clock.freeze(city.frozenAt);
    else if (before?.frozenAt) this.clock.start();
    if (before) return;
    this.#knownSeq = city.seq;
    this.#feed.start(Math.max(0, city.seq - EVENTS_BEFORE));
  }

  #loadDivision(): void {
    for (const shown of [this.overview, this.ranking, this.theme, this.trend, this.latest]) shown.clear();
    this.addressList.close();
    if (this.selection.division === null) this.division.clear();
    void this.#overviewAgain.now();
    void this.#rankingAgain.now();
    void this.#trendAgain.now();
    void this.#loadLatest();
  }

  #loadOverview(): Promise<void> {
    return this.overview.load((signal) => api.overview(this.selection.division, signal));
  }

  async #loadRanking(): Promise<void> {
    const id = this.selection.division;
    if (id !== null && this.division.value?.id !== id) {
      try {
        await this.division.load((signal) => api.division(id, signal));
      } catch (error) {
        if (error instanceof RequestFailed && error.status === 404) {
          this.select({ division: null });
          return;
        }
        this.ranking.error = error as Error;
        throw error;
      }
    }
    const division = id === null ? null : this.division.value;
    await this.ranking.load(async (signal) => {
      const shown = this.ranking.value ?? (await fetchBelow(division, signal));
      const kpi = shown.level === null ? null : await api.ranking(shown.level, shown.parent, signal);
      return { ...shown, kpi };
    });
    if (this.theme.value === null) void this.#themeAgain.now();
  }

  /** The levels are those of the ranking: it calls when it knows them. */
  #recolour(): void {
    this.theme.clear();
    this.addressList.close();
    void this.#themeAgain.now();
  }

  async #loadTheme(): Promise<void> {
    const { colour } = this.selection;
    const ranking = this.ranking.value;
    if (colour === 'completion' || !ranking?.level) return;
    const { level, parent } = ranking;
    await this.theme.load((signal) => fetchTheme(colour, level, parent, signal));
  }

  /** Once a division: the stream takes over as soon as it has anything. */
  async #loadLatest(): Promise<void> {
    const href = withQuery('/api/cases', { division: this.selection.division });
    await this.latest.load((signal) => api.cases(href, null, LATEST, signal)).catch(() => {});
  }

  #loadTrend(): Promise<void> {
    const now = this.frozenAt ? Date.parse(this.frozenAt) : Date.now();
    return this.trend.load((signal) => fetchTrend(this.selection.division, now, this.timeZone, signal));
  }

  #onState(state: LiveState): void {
    const back = state === 'live' && this.connection === 'lost';
    this.connection = state;
    // The figures may have waited out a failure: they need not wait any longer.
    if (!back) return;
    for (const again of this.#all) void again.now();
  }

  #onCase(event: LiveCase): void {
    this.#arrived.unshift(event);
    this.#arrival ??= setTimeout(() => this.#showArrived(), GATHER_MS);
    this.#onChange(event);
    this.onEvent(event);
  }

  #onData(event: LiveData): void {
    if (event.seq > this.#knownSeq && isAnotherCity(event)) this.#startOver(event.seq);
    else this.#onChange(event);
  }

  /** Figures and tiles that an event changed. */
  #onChange(event: MapChange & { seq: number }): void {
    const isKnown = event.seq <= this.#knownSeq;
    // Of what was known before only the places are of use: a tile that is not here yet must hold them, whoever answers.
    if (!isKnown || event.tiles !== null) this.changes.add(event);
    if (isKnown) return;
    this.#overviewAgain.mark();
    if (event.layers.some((layer) => layer === 'density' || layer === 'places')) this.#themeAgain.mark();
    if (!event.layers.includes('cases')) return;
    this.#rankingAgain.mark();
    this.#trendAgain.mark();
  }

  /** Events come in bursts (after a reconnection, a hundred at once): the list changes once for all of them. */
  #showArrived(): void {
    this.events = prepend(this.events, this.#arrived, (event) => event.seq, EVENTS_KEPT);
    this.#arrived = [];
    this.#arrival = undefined;
  }

  #onReset(seq: number | null): void {
    // What the stream tells of the time before this page was opened is known already.
    if (seq === this.#knownSeq) return;
    this.#startOver(seq);
  }

  #startOver(seq: number | null): void {
    this.#knownSeq = seq ?? this.#knownSeq;
    this.changes.clear();
    this.changes.add({
      layers: ['density', 'places', 'cases', 'grids', 'components'],
      tiles: null,
      seq: this.#knownSeq,
    });
    this.dataVersion++;
    this.ranking.clear();
    void this.#begin();
  }
}
