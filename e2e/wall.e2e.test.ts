import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KpiByDivision, Overview } from '../server/api/shapes.ts';
import { openBrowser, untilReady, visit } from './browser.ts';
import { startCity, UNTIL, type RunningCity } from './city.ts';
import { compareGolden, TOLERATED_SHARE } from './golden.ts';

const SIZES = {
  desk: { width: 1920, height: 1080 },
  wall: { width: 3840, height: 1080 },
  phone: { width: 390, height: 844 },
};

describe('the wall of a frozen city', () => {
  let city: RunningCity;
  let browser: Browser;
  beforeAll(async () => {
    city = await startCity(['--until', UNTIL, '--no-player']);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await city.remove();
  });
  const api = async <T>(path: string) => (await (await fetch(city.url + path)).json()) as T;
  const wall = (query = '') => `${city.url}/wall?motion=off${query}`;

  const shots: [name: string, size: keyof typeof SIZES, query: string][] = [
    ['wall-1920', 'desk', ''],
    ['wall-1920-en', 'desk', '&lang=en'],
    ['wall-1920-district', 'desk', '&division=2'],
    ['wall-3840', 'wall', ''],
    ['wall-phone', 'phone', ''],
  ];
  it.each(shots)('looks as it should: %s', async (name, size, query) => {
    const { page, outside, errors, close } = await visit(browser, wall(query), SIZES[size]);
    await untilReady(page);
    expect(await compareGolden(page, name)).toBeLessThanOrEqual(TOLERATED_SHARE);
    expect({ outside, errors }).toEqual({ outside: [], errors: [] });
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
    await close();
  });

  it('says demonstration data, where and as of when', async () => {
    const { page, close } = await visit(browser, wall());
    await untilReady(page);
    expect(await page.getByTestId('demo-badge').first().innerText()).toContain('演示数据');
    expect(await page.title()).toContain('演示数据');
    expect(await page.getByTestId('connection').innerText()).toContain('2026');
    await close();
  });

  it('shows the figures that the API gives, cut and with their fractions', async () => {
    const { cases } = await api<Overview>('/api/overview');
    const { page, close } = await visit(browser, wall());
    await untilReady(page);
    const text = async (id: string) => (await page.getByTestId(id).first().innerText()).replace(/[\s,]/g, '');
    const headline = await text('figure-completion');
    expect(headline).toContain(cases.completion.percent);
    expect(headline).toContain(`${cases.completion.numerator}/${cases.completion.denominator}`);
    expect(await text('figure-accepted')).toContain(String(cases.accepted.numerator));
    expect(await text('figure-open')).toContain(String(cases.open.numerator));
    expect(await text('figure-overdue')).toContain(String(cases.overdue.numerator));
    await close();
  });

  it('shows of each dataset how much of it stands on the map, as the API gives it', async () => {
    const { records } = await api<Overview>('/api/overview');
    const { page, close } = await visit(browser, wall());
    await untilReady(page);
    expect(records.datasets.length).toBeGreaterThan(10);
    for (const { key, nameZh, annotated } of records.datasets) {
      const row = page.getByTestId(`dataset-${key}`);
      const text = (await row.innerText()).replace(/[\s,]/g, '');
      expect(text).toBe(`${nameZh}${annotated.percent}%${annotated.numerator}/${annotated.denominator}`);
    }
    await page.getByTestId('figure-records').click();
    expect(await page.getByTestId('drawer-dataset').count()).toBe(records.datasets.length);
    await page.keyboard.press('Escape');
    await page.getByTestId('class-sensing').click();
    const sensing = records.datasets.filter((dataset) => dataset.class === 'sensing');
    expect(await page.getByTestId('drawer-dataset').count()).toBe(sensing.length);
    await close();
  });

  it('counts the density of chosen classes and of a theme, and keeps the choice in the address', async () => {
    const { page, errors, close } = await visit(browser, wall('&layers=density'));
    const asked: string[] = [];
    page.on('request', (request) => asked.push(decodeURIComponent(new URL(request.url()).search)));
    await untilReady(page);
    const before = await page.getByTestId('map').screenshot();
    await page.getByTestId('density-filter').click();
    await page.getByTestId('density-supply_chain').click();
    await page.getByTestId('density-theme').selectOption('产业链');
    await expect.poll(() => asked).toContain('?classes=supply_chain&theme=产业链');
    await page.waitForResponse((response) => response.url().includes('theme=') && response.status() === 200);
    await expect.poll(() => page.getByTestId('density-building').count()).toBe(0);
    await page.getByTestId('density-filter').click();
    expect((await page.getByTestId('map').screenshot()).equals(before)).toBe(false);
    const { searchParams } = new URL(page.url());
    expect([searchParams.get('classes'), searchParams.get('theme')]).toEqual(['supply_chain', '产业链']);
    await page.reload();
    await untilReady(page);
    expect(await page.getByTestId('density-filter').innerText()).toContain('产业链供应链 · 产业链');
    expect(errors).toEqual([]);
    await close();
  });

  it('opens a figure down to its cases, and a case to its steps', async () => {
    const { cases } = await api<Overview>('/api/overview');
    const { page, close } = await visit(browser, wall());
    await untilReady(page);
    await page.getByTestId('figure-overdue').first().click();
    const total = page.getByTestId('drawer-total');
    await total.waitFor();
    await page.getByTestId('case-row').first().waitFor();
    expect((await total.innerText()).replace(/[\s,]/g, '')).toContain(String(cases.overdue.numerator));
    const file = await fetch(new URL((await page.getByTestId('export-csv').getAttribute('href'))!, page.url()));
    expect((await file.text()).match(/^\D*\d{8}-\d{7},/gm)).toHaveLength(cases.overdue.numerator);
    await page.getByTestId('case-row').first().click();
    await page.getByTestId('case-step').first().waitFor();
    expect(await page.getByTestId('case-step').count()).toBeGreaterThan(2);
    await page.keyboard.press('Escape');
    await close();
  });

  it('goes from city to district to street by click, and back by the browser', async () => {
    const kpi = await api<KpiByDivision>('/api/kpi/completion?level=district');
    const { page, close } = await visit(browser, wall());
    await untilReady(page);
    expect(await page.getByTestId('rank-row').count()).toBe(16);
    await page.getByTestId('rank-row').first().click();
    await page.waitForURL(/division=\d+/);
    const chosen = Number(new URL(page.url()).searchParams.get('division'));
    expect(kpi.rows.map((row) => row.division.id)).toContain(chosen);
    const overview = await api<Overview>(`/api/overview?division=${chosen}`);
    await expect
      .poll(async () => (await page.getByTestId('figure-accepted').first().innerText()).replace(/[\s,]/g, ''))
      .toContain(String(overview.cases.accepted.numerator));
    const streets = await api<KpiByDivision>(`/api/kpi/completion?level=street&parent=${chosen}`);
    await expect.poll(() => page.getByTestId('rank-row').count()).toBe(streets.rows.length);
    await page.getByTestId('rank-row').first().click();
    await page.waitForURL((url) => url.searchParams.get('division') !== String(chosen));
    await page.goBack();
    await page.goBack();
    await expect.poll(() => page.getByTestId('rank-row').count()).toBe(16);
    await close();
  });

  it('draws: the map is neither empty nor one colour', async () => {
    const { page, close } = await visit(browser, wall());
    await untilReady(page);
    const shot = await page.getByTestId('map').screenshot();
    const { PNG } = await import('pngjs');
    const { data } = PNG.sync.read(shot);
    const colours = new Set<number>();
    for (let i = 0; i < data.length; i += 4)
      colours.add((data[i]! >> 4) * 256 + (data[i + 1]! >> 4) * 16 + (data[i + 2]! >> 4));
    expect(colours.size).toBeGreaterThan(60);
    await close();
  });

  it('can be read and used by everybody', async () => {
    const { page, close } = await visit(browser, wall());
    await untilReady(page);
    const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa']).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 120)}`)).toEqual([]);
    await close();
  });

  it('has a first page that leads to what there is, and nowhere else', async () => {
    const { page, outside, errors, close } = await visit(browser, `${city.url}/`);
    await page.waitForSelector('a[href*="/wall"]');
    const anchors = await page.locator('a[href]').all();
    const links = await Promise.all(anchors.map((anchor) => anchor.getAttribute('href')));
    for (const link of new Set(links.filter((href) => href !== null))) {
      const { status } = await fetch(new URL(link, city.url));
      expect({ link, status }).toEqual({ link, status: 200 });
    }
    expect({ outside, errors }).toEqual({ outside: [], errors: [] });
    await close();
  });

  it('does not break on addresses that make no sense', async () => {
    for (const query of [
      '&division=999999',
      '&division=abc',
      '&classes=x&theme=y',
      '&layers=nonsense',
      '&lang=xx',
      '&cases=%00',
    ]) {
      const { page, close } = await visit(browser, wall(query));
      await page.getByTestId('connection').waitFor();
      await expect.poll(() => page.locator('body').innerText()).toContain('鹤汀市');
      await close();
    }
  });
});
