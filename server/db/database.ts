import pg from 'pg';
import { HekanError } from '../errors.ts';
import { copyOver, type Copy } from './copy.ts';
import { leaseEngine, type Lease } from './embedded/client.ts';
import { listenNotices, socketNotices, type Notices } from './notices.ts';
import { cancellableReader, type Reader } from './reader.ts';

/** A day is a day, not midnight somewhere. */
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text);

/** Whatever runs a statement: the pool, or a transaction. */
export interface Queryable {
  query<Row extends pg.QueryResultRow>(text: string, params?: unknown[]): Promise<pg.QueryResult<Row>>;
  /** In transactions of PostgreSQL: the fast way in and out for many rows. */
  readonly copy?: Copy;
}

export interface Database extends Queryable {
  readonly engine: 'postgresql' | 'embedded';
  readonly pool: pg.Pool;
  /** Whose sessions `read` uses; null where it uses the others'. */
  readonly readPool: pg.Pool | null;
  readonly notices: Notices;
  /** Rows as arrays, for what becomes bytes: in sessions of their own on PostgreSQL, at most READ_TIMEOUT_MS, cancelled when the
   * signal aborts. The embedded engine has one session and finishes what it began. */
  readonly read: Reader;
  /** Runs `work` between begin and commit; rolls back and throws on where it throws. Keep it under 200 ms a time on the
   * embedded engine, where a transaction stops everybody else. */
  transaction<T>(work: (client: Queryable) => Promise<T>): Promise<T>;
  /** The same, reading only: all statements see one state of the data. */
  snapshot<T>(work: (client: Queryable) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** A read may take this long. */
export const READ_TIMEOUT_MS = 5000;
const READERS = 4;

export interface DatabaseOptions {
  url: string | undefined;
  folder: string;
  poolSize: number;
  /** Sessions for `read` beside them. */
  readers?: number;
  onProgress?: (stage: string) => void;
}

async function inTransaction<T>(
  engine: Database['engine'],
  pool: pg.Pool,
  begin: string,
  work: (client: Queryable) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(begin);
    const queryable: Queryable = { query: (text, params) => client.query(text, params as unknown[]) };
    const result = await work(engine === 'postgresql' ? { ...queryable, copy: copyOver(client) } : queryable);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((failed: unknown) => {
      broken = failed as Error;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

function database(
  engine: Database['engine'],
  { pool, readPool }: Pick<Database, 'pool' | 'readPool'>,
  notices: Notices,
  read: Reader,
  closeMore: () => Promise<void> | void,
): Database {
  return {
    engine,
    pool,
    readPool,
    notices,
    read,
    query: (text, params) => pool.query(text, params as unknown[]),
    transaction: (work) => inTransaction(engine, pool, 'begin', work),
    snapshot: (work) => inTransaction(engine, pool, 'begin isolation level repeatable read read only', work),
    async close() {
      await closeMore();
      await pool.end();
    },
  };
}

function makePool(options: pg.PoolConfig): pg.Pool {
  // Statements here are wide sums over few rows: compiling them takes four times what it saves.
  const pool = new pg.Pool({ application_name: 'hekan', options: '-c jit=off', ...options });
  // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
  pool.on('error', () => undefined);
  // Nor may one that breaks between two statements of a transaction: the next statement fails, and says why.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** Keeps a lease on the embedded engine, and takes a new one when the engine dies under us. */
async function openEmbedded(options: DatabaseOptions): Promise<Database> {
  let lease: Lease;
  let closed = false;
  const { notices, hear } = socketNotices(() => lease.socket);
  async function hold(): Promise<void> {
    lease = await leaseEngine(options.folder, options.onProgress);
    let rest = '';
    lease.socket.setEncoding('utf8');
    lease.socket.on('data', (text) => {
      const lines = (rest + String(text)).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(hear);
    });
    lease.socket.on('error', () => undefined);
    lease.socket.on('close', () => {
      if (!closed) hold().catch((error: unknown) => console.error('embedded engine:', error));
    });
  }
  await hold();
  const pool = makePool({ host: lease!.host, port: lease!.port, user: 'postgres', database: 'postgres', max: 4 });
  const read: Reader = async <Row extends unknown[]>(_name: string | null, text: string, params: unknown[]) =>
    (await pool.query<Row>({ text, values: params, rowMode: 'array' })).rows;
  return database('embedded', { pool, readPool: null }, notices, read, () => {
    closed = true;
    lease.socket.end();
  });
}

async function openPostgres(options: DatabaseOptions & { url: string }): Promise<Database> {
  const pool = makePool({ connectionString: options.url, max: options.poolSize, connectionTimeoutMillis: 10_000 });
  try {
    await pool.query('select 1');
    const { notices, close } = await listenNotices(pool);
    const readers = makePool({
      connectionString: options.url,
      max: options.readers ?? READERS,
      connectionTimeoutMillis: 10_000,
      statement_timeout: READ_TIMEOUT_MS,
    });
    const pools = { pool, readPool: readers };
    return database('postgresql', pools, notices, cancellableReader(readers, pool, READ_TIMEOUT_MS), async () => {
      await close();
      await readers.end();
    });
  } catch (cause) {
    await pool.end();
    throw new HekanError('setup', `DATABASE_URL: cannot connect: ${(cause as Error).message}`, {
      field: 'DATABASE_URL',
      cause,
    });
  }
}

/** Opens the city's database: PostgreSQL where a URL is given, else the embedded engine of the data folder.
 * @throws HekanError('setup') that says what is missing. */
export function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url } = options;
  return url ? openPostgres({ ...options, url }) : openEmbedded(options);
}
