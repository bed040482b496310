// npm test: installs what the tests need, then runs every suite on the pinned Node and counts.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { ensureDependencies, ROOT } from './dependencies.mjs';

/** Debian packages, by the file that shows they are there. */
const DEBIAN = [
  ['postgresql-15', '/usr/lib/postgresql/15/bin/initdb'],
  ['postgresql-15-postgis-3', '/usr/share/postgresql/15/extension/postgis.control'],
  ['gdal-bin', '/usr/bin/ogrinfo'],
  ['mosquitto', '/usr/sbin/mosquitto'],
  ['chromium', '/usr/bin/chromium'],
  ['procps', '/usr/bin/pgrep'],
  ['fonts-noto-cjk', '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc'],
];

function missingPackages() {
  return DEBIAN.filter(([, file]) => !existsSync(file)).map(([name]) => name);
}

function installDebian() {
  const missing = missingPackages();
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.log(
      `· missing: ${missing.join(', ')}. As root: apt-get install ${missing.join(' ')}. What needs them is skipped.`,
    );
    return;
  }
  console.log(`· installing from Debian: ${missing.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => spawnSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
  const install = ['install', '-y', '--no-install-recommends', ...missing];
  if (!(apt('update', '-q') && apt(...install)) && !apt(...install)) {
    console.log(`· apt-get failed; still missing: ${missingPackages().join(', ')}`);
    if (process.env.CI) process.exit(1);
  }
}

const node = ensureDependencies();
installDebian();
const result = spawnSync(node, ['tools/suites.ts', ...process.argv.slice(2)], { cwd: ROOT, stdio: 'inherit' });
process.exit(result.status ?? 1);
