// npm start: installs what is missing, then runs the city on the pinned Node. Arguments go on to `hekan start`.
import { spawn } from 'node:child_process';
import { ensureDependencies, ROOT } from './dependencies.mjs';

const node = ensureDependencies();
const child = spawn(node, ['server/cli.ts', 'start', ...process.argv.slice(2)], { cwd: ROOT, stdio: 'inherit' });
// Ctrl-C reaches the child by itself; a signal to us alone is passed on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
