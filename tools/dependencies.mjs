// Plain JavaScript without imports from npm: it runs before anything is installed, on any Node from 20 on.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STAMP = `${ROOT}node_modules/.hekan-lock`;

function sh(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', ...options });
  if (result.status !== 0) {
    console.error(`\n· ${command} ${args.join(' ')} failed${result.error ? `: ${result.error.message}` : ''}`);
    process.exit(1);
  }
}

/** Path of the Node that this project pins, or null while it is not installed. */
function pinnedNode() {
  for (const file of ['node_modules/node/bin/node', 'node_modules/.bin/node']) {
    const path = ROOT + file;
    if (existsSync(path) && spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout?.startsWith('v24.'))
      return path;
  }
  return null;
}

/**
 * Installs what package-lock.json names, unless that was done already, and gives the pinned Node.
 * Set HEKAN_OFFLINE=1 where there is no registry: then what is there is used.
 */
export function ensureDependencies() {
  const lock = createHash('sha256')
    .update(readFileSync(`${ROOT}package-lock.json`))
    .digest('hex');
  const installed = existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lock;
  if (!installed && process.env.HEKAN_OFFLINE !== '1') {
    console.log('· installing packages from npm (once)');
    sh('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
    // Where install scripts are not allowed, the pinned Node's own one is run by hand: it picks the binary of this machine.
    if (!pinnedNode()) sh(process.execPath, ['installArchSpecificPackage.js'], { cwd: `${ROOT}node_modules/node` });
    writeFileSync(STAMP, lock);
  }
  const node = pinnedNode();
  if (!node) {
    console.error('· the pinned Node 24 is missing: remove node_modules and run again');
    process.exit(1);
  }
  return node;
}
