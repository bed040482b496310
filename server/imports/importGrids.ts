import { basename } from 'node:path';
import {
  checkUnitGrid,
  endOtherOverlays,
  endProposals,
  linkOverlays,
  NEUTRAL_CITY,
  readCity,
  readDivisions,
  writeCity,
  writeOverlays,
  type DivisionReport,
  type GridKind,
  type NewDivision,
  type OverlayKind,
  type OverlayReport,
} from '../city/index.ts';
import { appendDataEvent, chunked, drainOutbox, type Database } from '../db/index.ts';
import { mustRetireDemo, retireDemo } from '../demo/index.ts';
import { defaultRejectsPath, Findings, RejectsFile, type ImportOutput } from '../files/index.ts';
import { importDivisions, type DivisionImportOptions } from './importDivisions.ts';

export interface GridImportOptions extends Omit<DivisionImportOptions, 'level' | 'levelProperty' | 'check'> {
  kind: GridKind;
  /** Police and duty grids that the file lacks end. */
  replace?: boolean | undefined;
}

const CHUNK = { postgresql: 500, embedded: 50 };

/** Unit grids are divisions; what was proposed where they are in force now ends. */
async function importUnitGrids(db: Database, file: string, options: GridImportOptions, out: ImportOutput) {
  const report = await importDivisions(db, file, { ...options, level: 'grid', check: checkUnitGrid }, out);
  const ended = await db.transaction(async (client) => {
    const n = await endProposals(client);
    if (n > 0) await appendDataEvent(client, 'grids', ['grids']);
    return n;
  });
  await linkOverlays(db);
  await drainOutbox(db);
  if (ended > 0) report.notes.push(`${ended} proposed unit grids ended: there are grids in force in their place`);
  return report;
}

async function writeAll(db: Database, kind: OverlayKind, batch: number, grids: NewDivision[], replace: boolean) {
  const total = { inserted: 0, updated: 0, unchanged: 0, ended: 0 };
  for (const chunk of chunked(grids, CHUNK[db.engine])) {
    const written = await db.transaction((client) => writeOverlays(client, kind, batch, chunk));
    total.inserted += written.inserted;
    total.updated += written.updated;
    total.unchanged += written.unchanged;
  }
  await db.transaction(async (client) => {
    if (replace) total.ended = await endOtherOverlays(client, kind, batch);
    if (total.inserted + total.updated + total.ended > 0) await appendDataEvent(client, 'grids', ['grids']);
  });
  await linkOverlays(db);
  return total;
}

async function beginRun(db: Database, file: string, sha256: string): Promise<number> {
  if (!(await readCity(db))) await writeCity(db, NEUTRAL_CITY);
  const { rows } = await db.query<{ id: number }>(
    `insert into import_run (kind, file_name, file_sha256, started_at) values ('grids', $1::text, $2::text, now()) returning id`,
    [basename(file), sha256],
  );
  return rows[0]!.id;
}

async function importOverlays(
  db: Database,
  file: string,
  kind: OverlayKind,
  options: GridImportOptions,
  out: ImportOutput,
): Promise<OverlayReport> {
  const began = performance.now();
  await mustRetireDemo(db, options.replaceDemo);
  const rejects = new RejectsFile(options.rejects ?? defaultRejectsPath(file));
  const warnings = new Findings();
  try {
    const read = await readDivisions(db, file, { ...options, level: 'grid' }, { rejects, warnings, out });
    const notes: string[] = [];
    if (await mustRetireDemo(db, options.replaceDemo)) {
      await retireDemo(db, out);
      notes.push('the demonstration (演示数据) was retired');
    }
    const batch = await beginRun(db, file, read.sha256);
    const written = await writeAll(db, kind, batch, read.divisions, options.replace ?? false);
    await drainOutbox(db);
    const report: OverlayReport = {
      kind: 'grids',
      overlay: kind,
      file: basename(file),
      sha256: read.sha256,
      crs: options.crs,
      features: { read: read.features, ...written, rejected: rejects.total },
      rejects: { path: rejects.total > 0 ? rejects.path : null, byReason: rejects.byReason() },
      repaired: read.repaired.length,
      warnings: warnings.toJSON(),
      notes,
      seconds: Math.round((performance.now() - began) / 10) / 100,
    };
    await db.query('update import_run set finished_at = now(), report = $2::jsonb where id = $1::int', [
      batch,
      JSON.stringify(report),
    ]);
    return report;
  } finally {
    rejects.close();
  }
}

/**
 * Takes grids from a GeoJSON file in: unit grids as divisions below their communities, police and duty grids as overlays with a validity.
 * The same file again changes nothing; it may be killed at any moment and run again.
 * @throws HekanError: bad_request (file, options), conflict (the city is the demonstration and replaceDemo is false).
 */
export async function importGrids(
  db: Database,
  file: string,
  options: GridImportOptions,
  out: ImportOutput,
): Promise<DivisionReport | OverlayReport> {
  const { kind } = options;
  return kind === 'comprehensive'
    ? importUnitGrids(db, file, options, out)
    : importOverlays(db, file, kind, options, out);
}
