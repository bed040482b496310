// Runs a TypeScript file on the pinned Node: node tools/run.mjs FILE [arguments]
import { spawnSync } from 'node:child_process';
import { ensureDependencies, ROOT } from './dependencies.mjs';

const result = spawnSync(ensureDependencies(), process.argv.slice(2), { cwd: ROOT, stdio: 'inherit' });
process.exit(result.status ?? 1);
