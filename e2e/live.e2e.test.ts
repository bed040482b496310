import type { Browser } from 'playwright-core';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { City, Overview } from '../server/api/shapes.ts';
import { openBrowser, untilReady, visit } from './browser.ts';
import { startCity, type RunningCity } from './city.ts';

/** A real city of two made-up districts and three cases, one of them without a position. */
function writeFixtures(folder: string): { divisions: string; cases: string; map: string } {
  mkdirSync(folder, { recursive: true });
  const square = (west: number) => [
    [
      [west, 47],
      [west + 0.5, 47],
      [west + 0.5, 47.5],
      [west, 47.5],
      [west, 47],
    ],
  ];
  const feature = (code: string, name: string, west: number) => ({
    type: 'Feature',
    properties: { code, name, parent: '990100' },
    geometry: { type: 'Polygon', coordinates: square(west) },
  });
  const divisions = join(folder, 'districts.geojson');
  const collection = {
    type: 'FeatureCollection',
    features: [feature('990101', '试验东区', 124.5), feature('990102', '试验西区', 124)],
  };
  writeFileSync(divisions, JSON.stringify(collection));
  const cases = join(folder, 'cases.csv');
  writeFileSync(
    cases,
    'id,opened,closed,state,kind,lng,lat\n1,2026-11-20 08:00:00,2026-11-20 10:00:00,Closed,Pothole,124.2,47.2\n' +
      '2,2026-11-21 08:00:00,,Open,Pothole,124.7,47.3\n3,2026-11-21 09:00:00,,Open,Street light,,\n',
  );
  const map = join(folder, 'map.json');
  writeFileSync(
    map,
    JSON.stringify({
      name: 'trial',
      timeZone: 'Asia/Shanghai',
      crs: 'wgs84',
      standardRef: 'trial',
      dateFormats: ['yyyy-MM-dd HH:mm:ss'],
      columns: {
        externalId: 'id',
        reportedAt: 'opened',
        closedAt: 'closed',
        status: 'state',
        category: 'kind',
        lng: 'lng',
        lat: 'lat',
      },
      status: { words: { Closed: 'closed', Open: 'handling' } },
    }),
  );
  return { divisions, cases, map };
}

describe('a city that lives', () => {
  let city: RunningCity;
  let browser: Browser;
  beforeAll(async () => {
    city = await startCity(['--scale', '0.02', '--seed', '7']);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await city.remove();
  });
  const api = async <T>(path: string) => (await (await fetch(city.url + path)).json()) as T;

  it('moves as events come in', async () => {
    const { page, errors, close } = await visit(browser, `${city.url}/wall`);
    await untilReady(page);
    const before = await api<City>('/api/city');
    await expect.poll(() => page.getByTestId('live-item').count(), { timeout: 60_000 }).toBeGreaterThan(0);
    await expect
      .poll(async () => (await api<City>('/api/city')).seq, { timeout: 60_000 })
      .toBeGreaterThan(before.seq + 2);
    expect(errors).toEqual([]);
    await close();
  });

  it('says when the connection is lost, and mends by itself', async () => {
    const { page, close } = await visit(browser, `${city.url}/wall`);
    await untilReady(page);
    const state = () => page.getByTestId('connection').getAttribute('data-state');
    await expect.poll(state, { timeout: 30_000 }).toBe('live');
    await city.kill('SIGKILL');
    await expect.poll(state, { timeout: 60_000 }).toBe('lost');
    expect(await page.getByTestId('connection').innerText()).toContain('中断');
    await city.restart();
    await expect.poll(state, { timeout: 90_000 }).toBe('live');
    await close();
  });

  it('becomes a real city by two commands, under the eyes of those who watch', async () => {
    const files = writeFixtures(join(city.folder, 'files'));
    const { page, close } = await visit(browser, `${city.url}/wall`);
    await untilReady(page);
    const refused = city.hekan('import', 'divisions', files.divisions, '--crs', 'wgs84', '--level', 'district');
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('--replace-demo');
    const divisions = city.hekan(
      'import',
      'divisions',
      files.divisions,
      '--crs',
      'wgs84',
      '--level',
      'district',
      '--city-name',
      '试验市',
      '--time-zone',
      'Asia/Shanghai',
      '--replace-demo',
    );
    expect(divisions.stderr).toBe('');
    expect(divisions.status).toBe(0);
    const cases = city.hekan('import', 'cases', files.cases, '--map', files.map);
    expect(cases.status).toBe(0);
    const overview = await api<Overview>('/api/overview');
    expect([
      overview.cases.accepted.numerator,
      overview.cases.closed.numerator,
      overview.cases.notLocated.numerator,
    ]).toEqual([3, 1, 1]);
    await expect.poll(() => page.locator('h1').innerText(), { timeout: 60_000 }).toContain('试验市');
    await expect.poll(() => page.getByTestId('demo-badge').count()).toBe(0);
    await expect.poll(() => page.getByTestId('rank-row').count(), { timeout: 60_000 }).toBe(2);
    await expect
      .poll(() => page.getByTestId('figure-notLocated').first().innerText(), { timeout: 30_000 })
      .toContain('1');
    expect(city.hekan('verify', 'kpi').status).toBe(0);
    expect(city.hekan('import', 'cases', files.cases, '--map', files.map).stdout).toMatch(
      /0 inserted, 0 updated, 3 unchanged/,
    );
    await close();
  });
});
