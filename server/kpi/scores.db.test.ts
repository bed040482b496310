import { writeFileSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DEMO_SCHEME } from '../../demo/scores.ts';
import type { ScoreTable } from '../api/scoreShapes.ts';
import type { KpiTable } from '../api/shapes.ts';
import { loadSmallCity, openApp, type TestApp } from '../testing/city.ts';
import { describeOnEngines } from '../testing/database.ts';
import { importScheme, listSchemes } from './index.ts';

const MONTHS = 'from=2026-09-01&to=2026-10-31';

describeOnEngines('scores', (database) => {
  let app: TestApp;
  beforeAll(async () => {
    await loadSmallCity(database());
    app = await openApp(database());
  });
  afterAll(() => app.close());

  it.each(['by=division&level=district', 'by=division&level=street', 'by=department'])(
    'are of the figures that /api/kpi gives, %s',
    async (by) => {
      const scores = await app.json<ScoreTable>(`/api/scores?${by}&${MONTHS}`);
      expect(scores.rows.some(({ total }) => total !== null)).toBe(true);
      for (const [i, { id }] of DEMO_SCHEME.indicators.entries()) {
        const table = await app.json<KpiTable>(`/api/kpi/${id}?${by}&${MONTHS}`);
        const of = new Map(table.rows.map(({ key, numerator, denominator }) => [key, [numerator, denominator]]));
        for (const { key, figures } of scores.rows)
          expect([id, key, figures[i]!.numerator, figures[i]!.denominator]).toEqual([
            id,
            key,
            ...(of.get(key) ?? [0, 0]),
          ]);
      }
      const totals = scores.rows.map(({ total }) => total ?? -1);
      expect(totals).toEqual([...totals].sort((a, b) => b - a));
    },
  );

  it('open each figure down to its cases', async () => {
    const { rows } = await app.json<ScoreTable>(`/api/scores?${MONTHS}`);
    for (const figure of rows[0]!.figures) {
      const { total } = await app.json<{ total: number }>(`${figure.href}&limit=1`);
      expect([figure.id, total]).toEqual([figure.id, figure.denominator]);
    }
  });

  it('keep the versions of a scheme, and take the last', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'hekan-scheme-')), 'scheme.json');
    writeFileSync(file, JSON.stringify({ ...DEMO_SCHEME, bounds: [99, 98, 97, 96] }));
    expect(await importScheme(database(), file)).toEqual({ key: 'default', version: 2 });
    expect(await importScheme(database(), file)).toEqual({ key: 'default', version: 2 });
    expect((await listSchemes(database())).map(({ version, bounds }) => [version, bounds[0]])).toEqual([[2, 99]]);
  });

  it('say which scheme there is not', async () => {
    const response = await app.app.request('/api/scores?scheme=none');
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ field: 'scheme', given: 'none' });
  });
});
