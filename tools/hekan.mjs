#!/usr/bin/env node
// npm run hekan -- …: the command line on the pinned Node, in the folder where it was typed.
import { spawnSync } from 'node:child_process';
import { ensureDependencies, ROOT } from './dependencies.mjs';

const node = ensureDependencies();
const folder = process.env.INIT_CWD ?? process.cwd();
const env = { ...process.env, HEKAN_DATA: process.env.HEKAN_DATA ?? `${ROOT}.hekan` };
const result = spawnSync(node, [`${ROOT}server/cli.ts`, ...process.argv.slice(2)], {
  cwd: folder,
  env,
  stdio: 'inherit',
});
process.exit(result.status ?? 1);
