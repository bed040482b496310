import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const DATABASE_MS = 180_000;
const BROWSER_MS = 300_000;

/** Three suites: unit (no database, no browser), db (both engines), e2e (the real server in a real browser). */
export default defineConfig({
  test: {
    projects: [
      {
        plugins: [svelte({ configFile: false })],
        test: {
          name: 'unit',
          include: ['{server,tiles,migrations,demo,web,tools,bench}/**/*.test.ts'],
          exclude: ['**/*.db.test.ts', '**/*.e2e.test.ts', '**/node_modules/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'db',
          include: ['{server,tiles}/**/*.db.test.ts'],
          globalSetup: ['server/testing/globalSetup.ts'],
          testTimeout: DATABASE_MS,
          hookTimeout: DATABASE_MS,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['e2e/**/*.e2e.test.ts'],
          globalSetup: ['server/testing/globalSetup.ts'],
          testTimeout: BROWSER_MS,
          hookTimeout: BROWSER_MS,
          maxWorkers: 1,
        },
      },
    ],
  },
});
