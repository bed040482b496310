/** Runs the suites one after the other, says what each took, and ends with the sum: `N passed, N failed`. */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresBin } from '../server/testing/postgres.ts';
import { ensurePages } from './pages.ts';

const ROOT = new URL('..', import.meta.url).pathname;
const CHROMIUM = '/usr/bin/chromium';

interface Outcome {
  passed: number;
  failed: number;
  skipped: number;
}

interface Suite {
  name: string;
  /** Why it cannot run here, or null. */
  missing: () => string | null;
  /** Why some of its tests may skip themselves. */
  skips: string;
  /** Only run when it is asked for by name. */
  long?: boolean;
  run: () => Promise<Outcome>;
}

/** Runs a program with its output shown. @returns exit code and what it wrote to standard output. */
function run(args: string[], env: Record<string, string> = {}): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (text: string) => {
      output += text;
      process.stdout.write(text);
    });
    child.on('close', (code) => done({ code: code ?? 1, output }));
  });
}

async function runCheck(): Promise<Outcome> {
  const { output } = await run(['tools/check.ts']);
  const [, passed, failed] = /(\d+) passed, (\d+) failed/.exec(output) ?? [];
  return { passed: Number(passed ?? 0), failed: Number(failed ?? 1), skipped: 0 };
}

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numFailedTestSuites: number;
  success: boolean;
}

/** A suite of vitest; a file that cannot be loaded counts as one failure. What its tests leave in the temporary folder goes with it. */
async function runVitest(project: string, env: Record<string, string> = {}, files: string[] = []): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'hekan-suite-'));
  // PostgreSQL's files are another user's.
  chmodSync(folder, 0o755);
  const file = join(folder, 'report.json');
  const args = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    project,
    ...files,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ];
  const { code } = await run(args, { ...env, TMPDIR: folder });
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
    const broken = report.numFailedTests === 0 && (code !== 0 || !report.success) ? 1 : 0;
    return { passed: report.numPassedTests, failed: report.numFailedTests + broken, skipped: report.numPendingTests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const update: Record<string, string> = process.argv.includes('--update-screenshots')
  ? { HEKAN_UPDATE_SCREENSHOTS: '1' }
  : {};
const SUITES: Suite[] = [
  { name: 'check', skips: '', missing: () => null, run: runCheck },
  { name: 'unit', skips: 'see above', missing: () => null, run: () => runVitest('unit') },
  {
    name: 'db',
    skips: 'the folder of real files to try imports on is absent, or PostgreSQL is',
    missing: () => (postgresBin() ? null : 'PostgreSQL is missing: only the embedded engine is tested'),
    run: () => runVitest('db'),
  },
  {
    name: 'e2e',
    skips: 'PostgreSQL is absent',
    missing: () => (existsSync(CHROMIUM) ? null : 'Chromium is missing: pages are not tested'),
    run: async () => {
      await ensurePages();
      return runVitest('e2e', update);
    },
  },
  {
    name: 'model',
    long: true,
    skips: 'PostgreSQL is absent',
    missing: () => null,
    run: () => runVitest('db', { HEKAN_MODEL_STEPS: '200000' }, ['server/cases/model.db.test.ts']),
  },
  {
    name: 'kills',
    long: true,
    skips: 'PostgreSQL is absent',
    missing: () => (postgresBin() ? null : 'PostgreSQL is missing'),
    run: async () => {
      await ensurePages();
      return runVitest('e2e', { HEKAN_KILLS: '50' }, ['e2e/killed.e2e.test.ts']);
    },
  },
];

const asked = process.argv.slice(2).filter((arg) => !arg.startsWith('-'));
const total: Outcome = { passed: 0, failed: 0, skipped: 0 };
const table: string[] = [];
for (const suite of SUITES) {
  if (asked.length > 0 ? !asked.includes(suite.name) : suite.long) continue;
  const missing = suite.missing();
  if (missing) {
    table.push(`  ${suite.name.padEnd(8)} ${missing}`);
    if (process.env['CI']) total.failed += 1;
    if (suite.name !== 'db') continue;
  }
  console.log(`\n━━ ${suite.name}`);
  const started = Date.now();
  const outcome = await suite.run();
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  const skipped = outcome.skipped > 0 ? `, ${outcome.skipped} skipped (${suite.skips})` : '';
  table.push(`  ${suite.name.padEnd(8)} ${outcome.passed} passed, ${outcome.failed} failed${skipped} in ${seconds} s`);
  total.passed += outcome.passed;
  total.failed += outcome.failed;
  total.skipped += outcome.skipped;
}
console.log(`\n━━ suites\n${table.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
