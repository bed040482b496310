import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { MIGRATIONS } from '../../migrations/index.ts';
import { describeOnEngines } from '../testing/database.ts';
import { migrate, openDatabase } from './index.ts';

async function admin(sql: string): Promise<void> {
  const client = new pg.Client(inject('pgUrl'));
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

const open = (name: string, user = 'postgres') => {
  const url = new URL(inject('pgUrl'));
  url.pathname = `/${name}`;
  url.username = user;
  return openDatabase({ url: url.href, folder: '', poolSize: 3 });
};

describe.skipIf(inject('pgUrl') === '')('migrate on PostgreSQL', () => {
  const made: string[] = [];
  const fresh = async (options = '') => {
    const name = `migrate_${randomBytes(4).toString('hex')}`;
    await admin(`create database ${name} ${options}`);
    made.push(name);
    return name;
  };
  afterAll(async () => {
    for (const name of made) await admin(`drop database ${name} with (force)`);
  });

  it('goes up from empty once, however many begin at the same time', async () => {
    const name = await fresh();
    const dbs = await Promise.all([open(name), open(name), open(name)]);
    const ran = await Promise.all(dbs.map(migrate));
    expect(ran.flat().sort()).toEqual(MIGRATIONS.map((m) => m.name).sort());
    expect(await migrate(dbs[0])).toEqual([]);
    await Promise.all(dbs.map((db) => db.close()));
  });

  it('goes down again, and up', async () => {
    const db = await open(await fresh());
    await migrate(db);
    for (const migration of [...MIGRATIONS].reverse()) {
      await migration.down({ raw: (sql: string) => db.query(sql) } as never);
    }
    await db.query('delete from migration');
    expect(await migrate(db)).toHaveLength(MIGRATIONS.length);
    await db.close();
  });

  it('says so when LC_CTYPE does not know Chinese', async () => {
    const db = await open(await fresh(`template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'`));
    await expect(migrate(db)).rejects.toThrow(/LC_CTYPE C,.*C\.UTF-8/);
    await db.close();
  });

  it('says so when PostGIS cannot be had', async () => {
    const name = await fresh();
    await admin(`create role plain login; grant all on database ${name} to plain`);
    const db = await open(name, 'plain');
    await expect(migrate(db)).rejects.toThrow(/no PostGIS.*postgresql-15-postgis-3/);
    await db.close();
    await admin(`drop owned by plain`).catch(() => undefined);
  });

  it('says so when the server does not answer', async () => {
    const away = openDatabase({ url: 'postgres://postgres@127.0.0.1:1/x', folder: '', poolSize: 2 });
    await expect(away).rejects.toThrow(/DATABASE_URL: cannot connect/);
  });
});

describeOnEngines('a newer database', (database) => {
  it('is refused, and its newest migration named', async () => {
    await database().query(`insert into migration (name) values ('29990101_01_future')`);
    await expect(migrate(database())).rejects.toThrow(/newer than this code.*29990101_01_future/);
  });
});
