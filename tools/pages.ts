import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

const ROOT = new URL('..', import.meta.url).pathname;
const STAMP = `${ROOT}dist/web.stamp`;

function sourcesHash(): string {
  const files = globSync(['web/**/*.{ts,svelte,html,css,svg,json}', 'vite.config.ts', 'package-lock.json'], {
    cwd: ROOT,
    exclude: ['**/node_modules/**'],
  });
  const hash = createHash('sha256');
  for (const file of files.sort())
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(ROOT + file));
  return hash.digest('hex');
}

/** Builds the pages where they are missing or older than their sources. @returns whether it did. */
export async function ensurePages(): Promise<boolean> {
  if (!existsSync(`${ROOT}web`)) return false;
  const hash = sourcesHash();
  if (existsSync(STAMP) && existsSync(`${ROOT}dist/web/index.html`) && readFileSync(STAMP, 'utf8') === hash)
    return false;
  const vite = `${ROOT}node_modules/vite/bin/vite.js`;
  await promisify(execFile)(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: ROOT });
  mkdirSync(`${ROOT}dist`, { recursive: true });
  writeFileSync(STAMP, hash);
  return true;
}
