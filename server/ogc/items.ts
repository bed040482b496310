import type { Feature } from './source.ts';
import type { Link } from './links.ts';

/** Geometry comes as text from the database, and goes out as the same text. */
function featureText({ id, geometry, properties }: Feature, more = ''): string {
  return `{"type":"Feature","id":${JSON.stringify(id)},"geometry":${geometry ?? 'null'},"properties":${JSON.stringify(properties)}${more}}`;
}

/** One feature as GeoJSON text, with its links. */
export function oneFeature(feature: Feature, links: readonly Link[], demonstration: boolean): string {
  return featureText(feature, `,"demonstration":${demonstration},"links":${JSON.stringify(links)}`);
}

/** A page as GeoJSON text. @param numberMatched null: not told. */
export function featurePage(
  features: readonly Feature[],
  about: { links: readonly Link[]; numberMatched: number | null; timeStamp: Date; demonstration: boolean },
): string {
  const head = JSON.stringify({
    type: 'FeatureCollection',
    demonstration: about.demonstration,
    timeStamp: about.timeStamp.toISOString(),
    ...(about.numberMatched === null ? {} : { numberMatched: about.numberMatched }),
    numberReturned: features.length,
    links: about.links,
  });
  return `${head.slice(0, -1)},"features":[\n${features.map((feature) => featureText(feature)).join(',\n')}\n]}`;
}
