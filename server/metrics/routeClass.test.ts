import { expect, it } from 'vitest';
import { routeClass } from './routeClass.ts';

it.each([
  ['http://x/tiles/density/1/0/0.mvt', 'tiles'],
  ['http://x/tiles', 'tiles'],
  ['http://x/ogc?f=1', 'ogc'],
  ['https://city.example:8787/ogc/tiles', 'ogc'],
  ['http://x/api/cases?next=/tiles/', 'api'],
  ['http://x/api/live', 'live'],
  ['http://x/health', 'health'],
  ['http://x/ready?', 'health'],
  ['http://x/metrics', 'metrics'],
  ['http://x/wall/', 'wall'],
  ['http://x/', 'other'],
  ['http://x', 'other'],
  ['http://x/tilesets', 'other'],
  ['http://x/constructor', 'other'],
  ['http://x/?/tiles/', 'other'],
])('%s is %s', (url, route) => expect(routeClass(url)).toBe(route));
