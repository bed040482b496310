import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startCity, UNTIL, type RunningCity } from './city.ts';
import { freshPostgres } from '../server/testing/database.ts';

const CLI = new URL('../server/cli.ts', import.meta.url).pathname;

function hekan(env: Record<string, string>, ...args: string[]) {
  return spawnSync(process.execPath, [CLI, ...args], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: 60_000,
  });
}

describe('what goes wrong at the start is said in one line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hekan-start-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const env = { HEKAN_DATA: folder, DATABASE_URL: '', PORT: '0' };

  it.each([
    [{ PORT: 'http' }, ['serve'], /setting PORT/],
    [{ PORT: '70000' }, ['serve'], /setting PORT.*70000/],
    [{ LOG_LEVEL: 'loud' }, ['serve'], /setting LOG_LEVEL.*loud/],
    [{ DATABASE_URL: 'mysql://x' }, ['serve'], /setting DATABASE_URL/],
    [{ DATABASE_URL: 'postgres://x@127.0.0.1:1/x' }, ['serve', '--no-player'], /DATABASE_URL: cannot connect/],
    [{}, ['fly'], /no command "fly"/],
    [{}, ['demo', '--scale', 'big'], /--scale: expected a number/],
    [{}, ['demo', '--until', 'tomorrow'], /--until: expected an ISO 8601 instant/],
    [{}, ['demo', '--colour'], /Unknown option '--colour'/],
    [{}, ['import', 'things', 'x'], /what: expected divisions, grids, addresses, .*records, got "things"/],
    [{}, ['import', 'cases'], /FILE: expected/],
    [{}, ['rebuild', 'rome'], /what: expected density or kpi/],
  ])('%o %o', (more, args, message) => {
    const { status, stderr } = hekan({ ...env, ...(more as Record<string, string>) }, ...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
    expect(status).toBeGreaterThan(0);
  });

  it('a port that is taken', async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const { status, stderr } = hekan({ ...env, PORT: String(port) }, 'start');
    expect(stderr).toContain(`port ${port} is taken`);
    expect(status).toBe(1);
    await new Promise((done) => server.close(done));
  });
});

describe.skipIf(inject('pgUrl') === '')('on PostgreSQL', () => {
  let city: RunningCity;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    const test = await freshPostgres();
    remove = test.remove;
    city = await startCity(['--scale', '0.02', '--seed', '7', '--until', UNTIL, '--no-player'], test.env);
  });
  afterAll(async () => {
    await city.remove();
    await remove();
  });

  it('serves the same city, and its counts are a recount', async () => {
    const overview = (await (await fetch(`${city.url}/api/overview`)).json()) as {
      cases: { accepted: { numerator: number } };
    };
    expect(overview.cases.accepted.numerator).toBe(9614);
    expect(city.hekan('verify', 'kpi').status).toBe(0);
    expect(city.hekan('verify', 'density').status).toBe(0);
    expect(city.hekan('rebuild', 'density').status).toBe(0);
    expect(city.hekan('rebuild', 'kpi').status).toBe(0);
    expect(city.hekan('verify', 'density').status).toBe(0);
  });

  it('can be read by GDAL', () => {
    const read = (layer: string, zoom: number) => {
      const dataset = `MVT:${city.url}/tiles/${layer}/${zoom}`;
      const options = ['-oo', 'TILE_EXTENSION=mvt', '-oo', `METADATA_FILE=${city.url}/tiles/${layer}.json`];
      return spawnSync('ogrinfo', ['-ro', '-so', dataset, ...options, layer], { encoding: 'utf8', timeout: 120_000 });
    };
    for (const [layer, zoom] of [
      ['divisions', 6],
      ['density', 6],
      ['cases', 7],
    ] as const) {
      const { status, stdout, stderr } = read(layer, zoom);
      expect({ layer, status, stderr }).toEqual({ layer, status: 0, stderr: '' });
      expect(Number(/Feature Count: (\d+)/.exec(stdout)?.[1])).toBeGreaterThan(10);
    }
  });

  it('refuses to put a demonstration over it, or to make it twice', () => {
    expect(city.hekan('demo').stderr).toContain('--replace');
  });
});

describe('a first start that is cut short', () => {
  it('is begun again by the next, and nothing is there twice', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hekan-cut-'));
    const env = { ...process.env, DATABASE_URL: '', HEKAN_DATA: folder, PORT: '0', LOG_LEVEL: 'warn' };
    const child = spawn(process.execPath, [CLI, 'start', '--scale', '0.1', '--until', UNTIL], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise<void>((done) => {
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes('% cases')) done();
      });
    });
    child.kill('SIGKILL');
    const city = await startCity(['--scale', '0.02', '--seed', '7', '--until', UNTIL, '--no-player'], {
      HEKAN_DATA: folder,
    });
    const { items } = (await (await fetch(`${city.url}/api/divisions?level=district`)).json()) as { items: unknown[] };
    expect(items).toHaveLength(16);
    const overview = (await (await fetch(`${city.url}/api/overview`)).json()) as {
      cases: { accepted: { numerator: number } };
    };
    expect(overview.cases.accepted.numerator).toBe(9614);
    expect(city.hekan('verify', 'kpi').status).toBe(0);
    expect(city.hekan('verify', 'density').status).toBe(0);
    await city.remove();
    rmSync(folder, { recursive: true, force: true });
  });
});

describe('a demonstration that lived, started without its player', () => {
  it('stands still where it last moved', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hekan-still-'));
    const made = hekan(
      { HEKAN_DATA: folder, DATABASE_URL: '' },
      'demo',
      '--scale',
      '0.02',
      '--seed',
      '7',
      '--until',
      UNTIL,
    );
    expect(made.status).toBe(0);
    const city = await startCity(['--no-player'], { HEKAN_DATA: folder });
    const ask = async () => (await (await fetch(`${city.url}/api/city`)).json()) as { asOf: string; frozenAt: string };
    const first = await ask();
    expect(first.asOf).toBe(first.frozenAt);
    expect(Date.parse(first.asOf)).toBeLessThanOrEqual(Date.parse(UNTIL));
    expect(await ask()).toEqual(first);
    await city.remove();
    rmSync(folder, { recursive: true, force: true });
  });
});
