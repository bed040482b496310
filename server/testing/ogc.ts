import type { Database } from '../db/index.ts';
import type { TestApp } from './city.ts';

export interface Link {
  href: string;
  rel: string;
  type?: string;
}
export interface Feature {
  type: string;
  id: number | string;
  geometry: { type: string; coordinates: unknown } | null;
  properties: Record<string, unknown>;
  links?: Link[];
}
export interface Page {
  type: string;
  timeStamp: string;
  numberMatched?: number;
  numberReturned: number;
  links: Link[];
  features: Feature[];
}
export interface Collection {
  id: string;
  itemType?: string;
  extent: { spatial: { bbox: [number, number, number, number][] }; temporal?: { interval: (string | null)[][] } };
  links: Link[];
}

export const COLLECTION_IDS = ['divisions', 'places', 'cases'];

/** Path of a link on the test server. */
export const localPath = (href: string) => href.replace('http://localhost', '');

export const linkOf = (links: Link[], rel: string) => links.find((link) => link.rel === rel);

export const sorted = (values: (string | number)[]) => values.map(String).sort();

export const idsOf = (features: Feature[]) => sorted(features.map(({ id }) => id));

/** One page. @param path behind /ogc/collections/. */
export const fetchPage = (app: TestApp, path: string) => app.json<Page>(`/ogc/collections/${path}`);

/** All pages along the next links, and how many there were. */
export async function walkPages(app: TestApp, path: string): Promise<{ features: Feature[]; pages: number }> {
  const features: Feature[] = [];
  let pages = 0;
  for (let next: string | undefined = `/ogc/collections/${path}`; next !== undefined; pages++) {
    const one: Page = await app.json<Page>(next);
    features.push(...one.features);
    const link = linkOf(one.links, 'next');
    next = link && localPath(link.href);
  }
  return { features, pages };
}

/** The column v of a statement. */
export async function valuesOf(db: Database, text: string, params: unknown[] = []): Promise<(string | number)[]> {
  return (await db.query<{ v: string | number }>(text, params)).rows.map(({ v }) => v);
}
