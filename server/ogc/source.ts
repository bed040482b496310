import type { Bbox } from '../../tiles/grid.ts';
import type { Scope } from '../access/index.ts';
import type { Database } from '../db/index.ts';
import type { Period } from './datetime.ts';

/** With whose eyes and as of when features are read. */
export interface ReadContext {
  db: Database;
  scope: Scope;
  now: Date;
  /** Of the city; null where there is none. */
  extent: Bbox | null;
  /** Aborts when the client goes away. */
  signal: AbortSignal;
}

/** Which features are asked for. */
export interface Selection {
  /** Boxes with west ≤ east; null: everywhere. */
  boxes: readonly Bbox[] | null;
  datetime: Period | null;
  /** Checked values by filter name. */
  filters: ReadonlyMap<string, string>;
}

export interface PageRequest extends Selection {
  /** The key of the page before; null: the first page. */
  after: string | null;
  limit: number;
}

/** A feature before it is written: its geometry is GeoJSON text as the database gives it. */
export interface Feature {
  id: number | string;
  geometry: string | null;
  properties: Record<string, unknown>;
}

export interface Page {
  features: Feature[];
  /** The key of this page; null on the last. */
  next: string | null;
}

/** A property that selects features by its value. */
export interface Filter {
  name: string;
  description: string;
  /** JSON schema, for the API definition. */
  schema: Record<string, unknown>;
  /** @throws HekanError('bad_request'). */
  check: (text: string) => void;
}

/** What holds all features of a collection. */
export interface Extent {
  bbox: Bbox | null;
  /** From the first instant on; null: features without time. */
  begin: string | null;
}

/** A collection of features. Features come in the order of a key, and a page begins behind the key of the page before: what a page
 * costs does not depend on how many pages came before it, and what is added meanwhile moves no feature to another page. */
export interface FeatureSource {
  id: string;
  title: string;
  description: string;
  filters: readonly Filter[];
  /** JSON schemas of the properties. */
  properties: Record<string, Record<string, unknown>>;
  /** @throws HekanError('bad_request') for a key that is none. */
  read(context: ReadContext, request: PageRequest): Promise<Page>;
  /** How many match; null where counting would cost more than reading a page. */
  count(context: ReadContext, selection: Selection): Promise<number | null>;
  /** One feature by its id; null where there is none that the scope sees. */
  one(context: ReadContext, id: string): Promise<Feature | null>;
  extent(context: ReadContext): Promise<Extent>;
}
