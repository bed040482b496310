/** npm run check: lint (with import direction), types of server and pages, formatting, and the schema against the migrations. */
import { spawnSync } from 'node:child_process';
import { postgresBin } from '../server/testing/postgres.ts';

const ROOT = new URL('..', import.meta.url).pathname;
const bin = (name: string) => `${ROOT}node_modules/${name}`;

const CHECKS: [name: string, args: string[]][] = [
  ['lint and import direction', [bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0']],
  ['types: server, tiles, demo, tests', [bin('typescript/bin/tsc'), '--noEmit', '-p', '.']],
  ['types: pages', [bin('svelte-check/bin/svelte-check'), '--tsconfig', 'web/tsconfig.json', '--fail-on-warnings']],
  ['formatting', [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.']],
  ['docs/cases.svg against the machine', ['tools/cases.ts', '--check']],
  ['schema.sql against the migrations', ['tools/schema.ts', '--check']],
];

let failed = 0;
let passed = 0;
for (const [name, args] of CHECKS) {
  if (name.startsWith('schema') && !postgresBin()) {
    console.log(`- ${name}: skipped, PostgreSQL is not installed (apt-get install postgresql-15-postgis-3)`);
    continue;
  }
  const started = Date.now();
  const result = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 1 << 26 });
  const ok = result.status === 0;
  console.log(`${ok ? '✓' : '✗'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (ok) passed += 1;
  else {
    failed += 1;
    console.log(result.stdout + result.stderr);
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
