/** Classes of what is asked for: so many, whatever is asked. A path itself is never a label. */
const CLASSES = new Set(['tiles', 'ogc', 'api', 'open311', 'metrics', 'assets', 'wall', 'desk', 'docs']);

/** The class of a request's URL: absolute, as requests have it. */
export function routeClass(url: string): string {
  const path = url.indexOf('/', url.indexOf('//') + 2);
  if (path < 0) return 'other';
  const ends = ['/', '?', '#'].map((end) => url.indexOf(end, path + 1)).filter((at) => at > 0);
  const first = url.slice(path + 1, Math.min(url.length, ...ends));
  if (first === 'health' || first === 'ready') return 'health';
  if (first === 'api' && url.startsWith('/api/live', path)) return 'live';
  return CLASSES.has(first) ? first : 'other';
}
