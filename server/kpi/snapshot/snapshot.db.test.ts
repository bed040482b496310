import { createHash, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Adjustments, SnapshotAnswer, SnapshotKeyAnswer, SnapshotWithRows } from '../../api/snapshotShapes.ts';
import type { CasePage, KpiTable } from '../../api/shapes.ts';
import {
  actOnCase,
  INDICATOR_IDS,
  sealOnce,
  type CaseAction,
  type CaseRole,
  type StepData,
} from '../../cases/index.ts';
import { fixedClock } from '../../db/index.ts';
import { loadSmallCity, openApp, TEST_KEY, TEST_UNTIL, type TestApp } from '../../testing/city.ts';
import { describeOnEngines } from '../../testing/database.ts';
import {
  checkSigningKey,
  openSigningKey,
  readCityKey,
  takeDue,
  takeSnapshot,
  verifySnapshots,
  type SnapshotVerdict,
  readAdjustments,
  readSignedRows,
  seenRows,
} from './index.ts';

const CUT_QUERIES = {
  district: 'by=division&level=district',
  street: 'by=division&level=street',
  department: 'by=department',
  source: 'by=source',
  owner: 'by=owner',
  category: 'by=category',
} as const;
type KeyedCut = keyof typeof CUT_QUERIES;
const OCTOBER = 'from=2026-10-01&to=2026-10-31';
const key = () => openSigningKey(TEST_KEY);

describeOnEngines('snapshots', (database) => {
  let app: TestApp;
  beforeAll(async () => {
    await loadSmallCity(database());
    app = await openApp(database());
    while ((await sealOnce(database(), TEST_UNTIL)) !== null);
  });
  afterAll(() => app.close());

  const due = (now: Date) => takeDue(database(), key, 0, now);
  const october = () => app.json<SnapshotWithRows>('/api/kpi/snapshots/2026-10');
  const prove = () => verifySnapshots(database(), [key()]);

  it('are taken of the month that ended, and of those that nobody was there for', async () => {
    expect(await due(new Date('2026-09-05T08:00:00+08:00'))).toMatchObject({ n: 1, month: '2026-08' });
    expect(await due(new Date('2026-09-30T23:59:00+08:00'))).toBeNull();
    expect(await due(TEST_UNTIL)).toMatchObject({ n: 2, month: '2026-09' });
    expect(await due(TEST_UNTIL)).toMatchObject({
      n: 3,
      month: '2026-10',
      asOf: new Date('2026-11-01T00:00:00+08:00'),
    });
    expect(await due(TEST_UNTIL)).toBeNull();
    await expect(takeSnapshot(database(), key(), '2026-10', 0, TEST_UNTIL)).rejects.toMatchObject({ code: 'conflict' });
    await expect(takeSnapshot(database(), key(), '2026-11', 0, TEST_UNTIL)).rejects.toThrow(/2026-11-30T16:00/);
    const { items } = await app.json<{ items: SnapshotAnswer[] }>('/api/kpi/snapshots');
    expect(items.map(({ month }) => month)).toEqual(['2026-08', '2026-09', '2026-10']);
    expect(items[2]).toMatchObject({ before: items[1]!.hash, demonstration: true, timeZone: 'Asia/Shanghai' });
  });

  it('have the figures that /api/kpi gives as of that instant', async () => {
    const { rows, asOf } = await october();
    const base = `${OCTOBER}&asOf=${encodeURIComponent(asOf)}`;
    const cuts = Object.keys(CUT_QUERIES) as KeyedCut[];
    for (const [i, id] of INDICATOR_IDS.entries()) {
      for (const cut of cuts.filter((_, n) => n === i % cuts.length || n === (i + 3) % cuts.length)) {
        const table = await app.json<KpiTable>(`/api/kpi/${id}?${CUT_QUERIES[cut]}&${base}`);
        const figure = (n: { numerator: number; denominator: number }) => `${n.numerator}/${n.denominator}`;
        const of = rows.filter((row) => row.indicator === id && row.cut === cut && row.key !== 'elsewhere');
        const expected = table.rows.map((row) => `${row.key} ${figure(row)}`).sort();
        expect({ id, cut, rows: of.map((row) => `${row.key} ${figure(row)}`).sort() }).toEqual({
          id,
          cut,
          rows: expected,
        });
        const rest = rows.find((row) => row.indicator === id && row.cut === cut && row.key === 'elsewhere');
        if (rest) expect(figure(rest)).toBe(figure(table.elsewhere));
        expect(figure(rows.find((row) => row.indicator === id && row.cut === 'total')!)).toBe(figure(table.total));
      }
    }
    const filed = rows.find((row) => row.indicator === 'filing' && row.cut === 'total')!;
    expect(filed.denominator).toBeGreaterThan(100);
    expect((await app.json<CasePage>(`${filed.href}&limit=1`)).total).toBe(filed.denominator);
  }, 300_000);

  it('are hashed and signed as docs/snapshots.md tells it', async () => {
    const one = await october();
    const head = [1, one.n, one.month, one.asOf, one.takenAt, one.timeZone, one.demonstration];
    const versions = Object.fromEntries(Object.entries(one.definitions).sort(([a], [b]) => (a < b ? -1 : 1)));
    const texts = [
      JSON.stringify([...head, versions, one.seal?.id ?? null, one.seal?.hash ?? null, one.rowCount]),
      ...one.rows.map((r) =>
        JSON.stringify([r.indicator, r.cut, r.key, r.code, r.nameZh, r.nameEn, r.numerator, r.denominator]),
      ),
    ];
    let hash = Buffer.from(one.before, 'hex');
    for (const text of texts) hash = createHash('sha256').update(hash).update(text, 'utf8').digest();
    expect(hash.toString('hex')).toBe(one.hash);
    const known = await app.json<SnapshotKeyAnswer>('/api/kpi/snapshots/key');
    expect(known.id).toBe(one.keyId);
    expect(verify(null, hash, createPublicKey(known.pem), Buffer.from(one.signature, 'base64'))).toBe(true);
    expect(one.seal?.id).toBeGreaterThan(0);
    expect(await prove()).toMatchObject({ snapshots: 3, unsealed: 0, faults: 0, first: null });
  });

  async function act(id: number, action: CaseAction, role: CaseRole, data?: StepData): Promise<void> {
    const step = { action, role, actor: '某人', note: '迟来的变动', ...(data ? { data } : {}) };
    await actOnCase(database(), fixedClock(TEST_UNTIL), id, step);
  }

  it('stay, and what comes later is an adjustment that opens down to its cases', async () => {
    const before = await october();
    const path = '/api/kpi/snapshots/2026-10/adjustments?cut=total';
    const totals = async () => {
      const { rows } = await app.json<Adjustments>(path);
      return new Map(rows.map((row) => [row.indicator, row]));
    };
    const first = await totals();
    const closedThen = `/api/cases?kpi=closure&part=numerator&${OCTOBER}&status=closed&limit=3`;
    const [reopened, appealed] = (await app.json<CasePage>(closedThen)).items;
    await act(reopened!.id, 'call_back', 'operator', { satisfied: false });
    await act(reopened!.id, 'reopen', 'operator');
    await act(appealed!.id, 'appeal', 'department');
    await act(appealed!.id, 'uphold_appeal', 'supervisor');
    const then = await totals();
    const change = (of: Awaited<ReturnType<typeof totals>>) => of.get('closure')?.numeratorChange ?? 0;
    expect(change(then) - change(first)).toBe(-2);
    const row = then.get('closure')!;
    expect(row.before.numerator + row.numeratorChange).toBe(row.after.numerator);
    const table = await app.json<KpiTable>(`/api/kpi/closure?by=source&${OCTOBER}`);
    expect([row.after.numerator, row.after.denominator]).toEqual([table.total.numerator, table.total.denominator]);
    for (const one of [row.before, row.after]) {
      expect((await app.json<CasePage>(`${one.numeratorHref}&limit=1`)).total).toBe(one.numerator);
      expect((await app.json<CasePage>(`${one.href}&limit=1`)).total).toBe(one.denominator);
    }
    expect(await october()).toEqual(before);
    expect((await prove()).first).toBeNull();
    const { rows } = await app.json<Adjustments>('/api/kpi/snapshots/2026-10/adjustments');
    expect(rows.every((one) => one.numeratorChange !== 0 || one.denominatorChange !== 0)).toBe(true);
  }, 120_000);

  it('show whoever sees one district its figures and those of its streets, and no other', async () => {
    const { items } = await app.json<{ items: { id: number; code: string }[] }>('/api/divisions?level=district');
    const [one] = items as [{ id: number; code: string }];
    const scope = { divisionIds: [one.id] };
    const seen = await database().snapshot(async (client) => ({
      signed: await seenRows(client, scope, await readSignedRows(client, '2026-10')),
      adjusted: (await readAdjustments(client, scope, '2026-10', TEST_UNTIL)).rows,
    }));
    expect(seen.adjusted.length).toBeGreaterThan(0);
    for (const rows of [seen.signed, seen.adjusted])
      expect(rows.every(({ cut, code }) => ['district', 'street'].includes(cut) && code.startsWith(one.code))).toBe(
        true,
      );
    expect(seen.signed.filter(({ cut }) => cut === 'district')).toHaveLength(INDICATOR_IDS.length);
  });

  /** Does harm, looks, and takes it back. */
  async function afterHarm(harm: string): Promise<SnapshotVerdict> {
    let verdict: SnapshotVerdict | undefined;
    const undo = new Error('undo');
    const db = database();
    const work = db.transaction(async (client) => {
      await client.query(harm);
      verdict = await verifySnapshots({ ...db, snapshot: (read) => read(client) }, [key()]);
      throw undo;
    });
    await expect(work).rejects.toBe(undo);
    return verdict!;
  }

  it.each<[string, string, string, number | null, RegExp]>([
    [
      'a changed figure',
      `update kpi_snapshot_row set numerator = numerator + 1 where month = '2026-09' and place = 5`,
      '2026-09',
      5,
      /not as written/,
    ],
    [
      'a changed name',
      `update kpi_snapshot_row set name_zh = '别处' where month = '2026-10' and place = 20`,
      '2026-10',
      20,
      /别处/,
    ],
    [
      'a row changed with its hash',
      `update kpi_snapshot_row set numerator = 0, hash = sha256('x') where month = '2026-09' and place = 7`,
      '2026-09',
      7,
      /not as written/,
    ],
    ['a dropped row', `delete from kpi_snapshot_row where month = '2026-10' and place = 3`, '2026-10', 3, /missing/],
    [
      'a dropped last row',
      `delete from kpi_snapshot_row r where month = '2026-10' and place = (select row_count from kpi_snapshot s where s.month = r.month)`,
      '2026-10',
      null,
      /rows/,
    ],
    [
      'another instant',
      `update kpi_snapshot set as_of = as_of + interval '1 hour' where month = '2026-09'`,
      '2026-09',
      null,
      /says of itself/,
    ],
    [
      'another hash',
      `update kpi_snapshot set hash = before where month = '2026-10'`,
      '2026-10',
      null,
      /hash is not that/,
    ],
    [
      'another signature',
      `update kpi_snapshot set signature = hash || hash where month = '2026-10'`,
      '2026-10',
      null,
      /signature/,
    ],
    [
      'another key',
      `update kpi_snapshot set key_id = '0123456789abcdef' where month = '2026-08'`,
      '2026-08',
      null,
      /not known/,
    ],
    [
      'a dropped snapshot',
      `with gone as (delete from kpi_snapshot_row where month = '2026-09') delete from kpi_snapshot where month = '2026-09'`,
      '2026-10',
      null,
      /chained/,
    ],
    ['a dropped last head', `delete from kpi_snapshot where month = '2026-10'`, '2026-10', null, /gone/],
    ['a dropped seal', 'delete from seal', '2026-08', null, /seal 1 of the log/],
  ])('show %s, and name it', async (_what, harm, month, place, reason) => {
    const { first, faults } = await afterHarm(harm);
    expect(faults).toBeGreaterThan(0);
    expect(first?.month).toBe(month);
    if (place !== null) expect(first?.place).toBe(place);
    expect(first?.reason).toMatch(reason);
  });

  it('are not found where there are none, and wrong months are refused by name', async () => {
    const problem = async (path: string) => {
      const response = await app.app.request(path);
      return { status: response.status, ...((await response.json()) as { field?: string; given?: string }) };
    };
    expect(await problem('/api/kpi/snapshots/2020-01')).toMatchObject({
      status: 404,
      field: 'month',
      given: '2020-01',
    });
    expect(await problem('/api/kpi/snapshots/2026-13')).toMatchObject({
      status: 400,
      field: 'month',
      given: '2026-13',
    });
    expect(await problem('/api/kpi/snapshots/2020-01/adjustments')).toMatchObject({ status: 404 });
    expect(await problem('/api/kpi/snapshots/2026-10?cut=moon')).toMatchObject({ status: 400, field: 'cut' });
  });
});

it('makes its key once, for nobody else to read, and refuses what is none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hekan-key-'));
  const file = join(folder, 'data', 'key.pem');
  expect(readCityKey(file)).toBeNull();
  const made = openSigningKey({ file, make: true });
  expect(statSync(file).mode & 0o077).toBe(0);
  expect(openSigningKey({ file, make: true }).id).toBe(made.id);
  expect(readFileSync(file, 'utf8')).toMatch(/BEGIN PRIVATE KEY/);
  expect(() => openSigningKey({ file: join(folder, 'none.pem'), make: false })).toThrow(
    /HEKAN_SIGNING_KEY_FILE.*none\.pem/,
  );
  expect(() => checkSigningKey({ file: join(folder, 'none.pem'), make: true })).not.toThrow();
  expect(() => checkSigningKey({ file: join(folder, 'none.pem'), make: false })).toThrow(/none\.pem/);
  const rsa = join(folder, 'rsa.pem');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(rsa, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  expect(() => openSigningKey({ file: rsa, make: true })).toThrow(/expected an Ed25519 private key, got rsa/);
});
