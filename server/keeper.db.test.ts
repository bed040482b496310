import { existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { beforeAll, expect, it } from 'vitest';
import { folderStore } from './cases/index.ts';
import { fixedClock } from './db/index.ts';
import { startKeeper } from './keeper.ts';
import { openSigningKey, verifySnapshots } from './kpi/index.ts';
import { loadSmallCity, TEST_KEY, TEST_UNTIL } from './testing/city.ts';
import { describeOnEngines } from './testing/database.ts';

const WAIT_MS = 60_000;

describeOnEngines('the keeper', (database) => {
  beforeAll(async () => {
    await loadSmallCity(database());
  });

  it('takes the month that ended, once, and writes its report and yesterday’s', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hekan-keeper-'));
    const reportFolder = join(folder, 'reports');
    const stop = startKeeper(database(), pino({ level: 'silent' }), () => fixedClock(TEST_UNTIL), folderStore(folder), {
      key: TEST_KEY,
      settlingHours: 0,
      reportFolder,
    });
    const files = () =>
      existsSync(reportFolder) ? readdirSync(reportFolder).filter((name) => name.endsWith('.xlsx')) : [];
    await expect.poll(() => files().sort(), { timeout: WAIT_MS, interval: 200 }).toContain('daily-2026-11-22.xlsx');
    await stop();
    const { rows } = await database().query<{ month: string }>('select month from kpi_snapshot');
    expect(rows).toEqual([{ month: '2026-10' }]);
    expect(await verifySnapshots(database(), [openSigningKey(TEST_KEY)])).toMatchObject({ snapshots: 1, first: null });
  }, 120_000);
});
