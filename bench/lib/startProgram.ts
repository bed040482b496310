/** Programs that a bench starts beside itself. */
import { spawn, type ChildProcess } from 'node:child_process';

const ROOT = new URL('../..', import.meta.url).pathname;

/** Starts Node on a file of this project. @returns it once its output holds `ready`. Rejects where it ends before. */
export function startProgram(args: string[], env: Record<string, string>, ready: string): Promise<ChildProcess> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (text: Buffer) => {
      output += text.toString();
      if (output.includes(ready)) done(child);
    });
    child.on('exit', (code) => fail(new Error(`ended with ${code}: ${output}`)));
  });
}
