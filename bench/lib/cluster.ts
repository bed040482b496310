/** A PostgreSQL cluster of the bench's own, set as a city would set it: durable, on a free port of 127.0.0.1. */
import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort, postgresBin } from '../../server/testing/postgres.ts';

/** Where cities of the bench are kept from run to run, unless --folder says otherwise. */
export const BENCH_FOLDER = join(tmpdir(), 'hekan-bench');

/** What is set beside PostgreSQL's own defaults: named in every result. */
export const SETTINGS: Readonly<Record<string, string>> = {
  shared_buffers: '4GB',
  effective_cache_size: '12GB',
  work_mem: '64MB',
  maintenance_work_mem: '1GB',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  wal_compression: 'lz4',
  random_page_cost: '1.1',
  synchronous_commit: 'on',
  fsync: 'on',
};

export interface Cluster {
  /** URL of a database of the cluster. */
  url(database: string): string;
  /** Bytes on disk, write-ahead log included. */
  bytes(): number;
  sql(database: string, text: string): Promise<pg.QueryResult<Record<string, unknown>>>;
  stop(): void;
}

function postgresUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }).trim());
  return { uid: id('-u'), gid: id('-g') };
}

/** One that an interrupted bench left running. */
function stopRunning(run: (program: string, args: string[]) => unknown, data: string): void {
  try {
    run('pg_ctl', ['-D', data, 'status']);
  } catch {
    return;
  }
  run('pg_ctl', ['-D', data, '-m', 'fast', '-w', '-t', '300', 'stop']);
}

/** Starts the cluster of a folder, made where it is not there yet. */
export async function startCluster(folder: string): Promise<Cluster> {
  const bin = postgresBin();
  if (!bin) throw new Error('PostgreSQL is not installed: apt-get install postgresql-15-postgis-3');
  const user = postgresUser();
  mkdirSync(folder, { recursive: true });
  if (user) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const run = (program: string, args: string[]) =>
    execFileSync(join(bin, program), args, { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  if (!existsSync(data)) run('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8']);
  stopRunning(run, data);
  const port = await freePort();
  const set = Object.entries(SETTINGS).map(([name, value]) => `-c ${name}=${value}`);
  const options = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1 ${set.join(' ')}`;
  run('pg_ctl', ['-D', data, '-l', join(folder, 'log'), '-w', '-t', '300', '-o', options, 'start']);
  const url = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`;
  return {
    url,
    bytes: () => Number(execFileSync('du', ['-sb', data], { encoding: 'utf8' }).split('\t')[0]),
    async sql(database, text) {
      const client = new pg.Client(url(database));
      await client.connect();
      return client.query<Record<string, unknown>>(text).finally(() => client.end());
    },
    stop: () => run('pg_ctl', ['-D', data, '-m', 'fast', '-w', '-t', '300', 'stop']),
  };
}
