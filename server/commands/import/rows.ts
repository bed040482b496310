import { badRequest } from '../../errors.ts';
import { formatReport, importCases, importRecords } from '../../imports/index.ts';
import { stopSignal } from '../stop.ts';
import { crsOption, flag, oneFile, option, type ImportKind, type ImportRun } from './run.ts';

async function runCases(run: ImportRun): Promise<string[]> {
  const map = option(run, 'map');
  if (map === undefined)
    throw badRequest('--map', '', 'a mapping file, or the name of a built-in one: nyc311, boston311');
  const options = {
    map,
    crs: crsOption(run.given),
    replaceDemo: flag(run, 'replace-demo'),
    dataset: option(run, 'dataset'),
    rejects: option(run, 'rejects'),
    dryRun: flag(run, 'dry-run'),
  };
  return formatReport(await importCases(run.db, oneFile(run), options, run.out));
}

async function runRecords(run: ImportRun): Promise<string[]> {
  const map = option(run, 'map');
  if (map === undefined) throw badRequest('--map', '', 'a mapping file');
  const { signal, end } = stopSignal(() =>
    run.out.line('· stopping after the part under way; Ctrl-C again ends at once'),
  );
  const options = {
    map,
    replaceDemo: flag(run, 'replace-demo'),
    dataset: option(run, 'dataset'),
    rejects: option(run, 'rejects'),
    replace: flag(run, 'replace'),
    dryRun: flag(run, 'dry-run'),
    signal,
  };
  try {
    return formatReport(await importRecords(run.db, run.files, options, run.out));
  } finally {
    end();
  }
}

const cases: ImportKind = {
  usage: `hekan import cases FILE --map MAP.json|nyc311|boston311 [--dataset KEY] [--crs …] [--replace-demo] [--dry-run] [--rejects FILE]
  CSV with a mapping of its columns. Run it again with a newer file: what changed is updated, nothing is doubled.`,
  options: ['map', 'dataset', 'crs', 'rejects', 'replace-demo', 'dry-run'],
  run: runCases,
};

const records: ImportKind = {
  usage: `hekan import records FILE… --map MAP.json [--dataset KEY] [--replace] [--replace-demo] [--dry-run] [--rejects FILE]
  CSV or JSON Lines, packed with gzip or not; each record goes onto the place that its address code names. Stopped (Ctrl-C) or killed
  and run again it goes on where it ended. Another FILE adds to the dataset; --replace loads it anew.`,
  options: ['map', 'dataset', 'rejects', 'replace', 'replace-demo', 'dry-run'],
  run: runRecords,
};

/** What stands and happens there. */
export const ROW_KINDS = { cases, records };
