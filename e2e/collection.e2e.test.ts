import { AxeBuilder } from '@axe-core/playwright';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataGridAnswer, QualityAnswer } from '../server/api/dataGridShapes.ts';
import { openBrowser, untilReady, visit } from './browser.ts';
import { startCity, UNTIL, type RunningCity } from './city.ts';

describe('grids, components and what divisions are coloured by, on the wall', () => {
  let city: RunningCity;
  let browser: Browser;
  /** A community in a town, where all of them are. */
  let community: number;
  beforeAll(async () => {
    city = await startCity(['--until', UNTIL, '--no-player', '--scale', '0.05']);
    browser = await openBrowser();
    const { rows } = await api<DataGridAnswer>('/api/datagrid');
    community = [...rows].sort((a, b) => b.addresses.numerator - a.addresses.numerator)[0]!.division.id;
  });
  afterAll(async () => {
    await browser.close();
    await city.remove();
  });
  const api = async <T>(path: string) => (await (await fetch(city.url + path)).json()) as T;
  const wall = (query = '') => `${city.url}/wall?motion=off${query}`;

  it('turns grids and components on and off, and keeps them in the address', async () => {
    const { page, outside, errors, close } = await visit(browser, wall(`&layers=&division=${community}`));
    await untilReady(page);
    const seen = async () => (await page.getByTestId('map').screenshot()).toString('base64');
    const plain = await seen();
    await page.getByTestId('map-more').click();
    for (const key of ['grids-comprehensive', 'grids-police', 'grids-duty', 'layer-components']) {
      const layer = key === 'layer-components' ? 'components' : 'grids';
      const tile = page.waitForResponse(
        (answer) => answer.url().includes(`/tiles/${layer}/`) && answer.status() === 200,
      );
      await page.getByTestId(key).click();
      await tile;
      expect(await page.getByTestId(key).getAttribute('aria-pressed')).toBe('true');
    }
    await page.getByTestId('map-more').click();
    await expect.poll(seen).not.toBe(plain);
    const { searchParams } = new URL(page.url());
    expect([searchParams.get('grids'), searchParams.get('components')]).toEqual(['duty', 'on']);
    // Hovered, a grid says its name.
    const box = (await page.getByTestId('map').boundingBox())!;
    await expect
      .poll(async () => {
        await page.mouse.move(box.x + box.width / 2 + Math.random() * 40, box.y + box.height / 2);
        return page.getByTestId('map-tip').innerText();
      })
      .toMatch(/责任网格|部件|[0-9]{17}/);
    await page.reload();
    await untilReady(page);
    await page.getByTestId('map-more').click();
    expect(await page.getByTestId('grids-duty').getAttribute('aria-pressed')).toBe('true');
    await page.getByTestId('grids-duty').click();
    await page.getByTestId('layer-components').click();
    await page.getByTestId('map-more').click();
    await page.mouse.move(0, 0);
    expect(new URL(page.url()).search).not.toMatch(/grids|components/);
    expect({ outside, errors }).toEqual({ outside: [], errors: [] });
    await close();
  });

  it('colours districts by geocoding quality, as the API tells it, down to the addresses', async () => {
    const { rows, total } = await api<QualityAnswer>('/api/geocode/quality?level=district');
    const { page, errors, close } = await visit(browser, wall());
    await untilReady(page);
    const before = (await page.getByTestId('map').screenshot()).toString('base64');
    await page.getByTestId('map-more').click();
    await page.getByTestId('colour-quality').click();
    await page.getByTestId('theme-row').first().waitFor();
    await page.getByTestId('map-more').click();
    expect(await page.getByTestId('theme-here').innerText()).toContain(total.atBuilding.percent);
    const lowest = [...rows].sort((a, b) => Number(a.atBuilding.percent) - Number(b.atBuilding.percent))[0]!;
    const first = page.getByTestId('theme-row').first();
    expect(await first.innerText()).toContain(lowest.atBuilding.percent);
    await expect.poll(async () => (await page.getByTestId('map').screenshot()).toString('base64')).not.toBe(before);
    await first.click();
    await page.waitForURL(new RegExp(`division=${lowest.division.id}`));
    await expect.poll(() => page.getByTestId('theme-here').innerText()).toContain(lowest.atBuilding.percent);
    await page.getByTestId('theme-figure-road').click();
    await page.getByTestId('address-row').first().waitFor();
    expect(Number(await page.getByTestId('address-list').getAttribute('data-total'))).toBeGreaterThan(0);
    expect(errors).toEqual([]);
    await close();
  });

  it.each([
    ['coverage', (row: DataGridAnswer['total']) => `${row.visited.percent}%`],
    ['freshness', (row: DataGridAnswer['total']) => `${row.daysSinceVisit}天`],
  ] as const)('colours districts by %s of collection, each figure with its list', async (colour, figure) => {
    const { rows } = await api<DataGridAnswer>('/api/datagrid?level=district');
    const { page, errors, close } = await visit(browser, wall(`&colour=${colour}`));
    await untilReady(page);
    await page.getByTestId('theme-row').first().waitFor();
    for (const { division, ...row } of rows) {
      const shown = (await page.locator(`[data-testid=theme-row][data-division="${division.id}"]`).innerText()).replace(
        /\s/g,
        '',
      );
      expect(shown).toContain(figure(row));
    }
    await page.getByTestId('theme-figure-withoutPeople').click();
    await page.getByTestId('address-row').first().waitFor();
    const total = rows.reduce((sum, { withoutPeople }) => sum + withoutPeople.numerator, 0);
    expect(Number(await page.getByTestId('address-list').getAttribute('data-total'))).toBe(total);
    const { violations } = await new AxeBuilder({ page }).include('.ranking').analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
    expect(errors).toEqual([]);
    await close();
  });

  it('fits a telephone', async () => {
    const { page, errors, close } = await visit(browser, wall('&colour=coverage'), { width: 390, height: 844 });
    await untilReady(page);
    await page.getByTestId('map-more').click();
    const box = (await page.getByTestId('grids-duty').boundingBox())!;
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(390);
    const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
    expect(errors).toEqual([]);
    await close();
  });
});
