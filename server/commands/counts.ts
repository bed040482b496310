import { CASE_LAYERS, recount, verifyLog } from '../cases/index.ts';
import { appendDataEvent, type Database } from '../db/index.ts';
import { badRequest } from '../errors.ts';
import { RECORD_LAYERS, rebuildDensity } from '../records/index.ts';
import { verifyDensity, verifyTally } from '../verify.ts';
import { withDatabase, type Command, type Given } from './command.ts';
import { progressLine } from './progress.ts';
import { runVerifySnapshots } from './snapshot.ts';

const WHAT = ['density', 'kpi'] as const;

function whatOf({ positionals }: Given): (typeof WHAT)[number] {
  const found = WHAT.find((what) => what === positionals[0]);
  if (!found) throw badRequest('what', positionals[0] ?? '', WHAT.join(' or '));
  return found;
}

export const rebuildCommand: Command = {
  usage: `hekan rebuild density|kpi
  Counts everything again from the rows themselves.`,
  options: {},
  run: (given) =>
    withDatabase(async (db) => {
      const what = whatOf(given);
      await db.transaction(async (client) => {
        await (what === 'density' ? rebuildDensity(client) : recount(client));
        await appendDataEvent(client, `rebuild ${what}`, what === 'density' ? RECORD_LAYERS : CASE_LAYERS);
      });
      console.log(`· ${what} rebuilt`);
      return 0;
    }),
};

async function verifyLogs(db: Database): Promise<number> {
  const progress = progressLine();
  const { cases, steps, seals, waiting, unchained, faults, first } = await verifyLog(db, (done) =>
    progress.show('cases', done, null),
  );
  progress.end();
  console.log(`· log: ${cases} cases, ${steps} steps, ${seals} seals; ${waiting} cases wait for the next seal`);
  if (unchained > 0) console.log(`· ${unchained} steps are from before logs were chained`);
  if (!first) return 0;
  const where = first.caseId === null ? `seal ${first.seq}` : `case ${first.caseId}, step ${first.seq}`;
  console.log(`· ${faults} ${faults === 1 ? 'is' : 'are'} not as written; the first: ${where}: ${first.reason}`);
  return 1;
}

export const verifyCommand: Command = {
  usage: `hekan verify density|kpi|log|snapshots [--key PUBLIC.pem …]
  density, kpi: compares the counts as read with a recount from the rows. log: reads every step of every case and every seal, and
  names the first that was tampered with, dropped or inserted. snapshots: proves signatures, chain and rows of the months that were
  taken; --key adds public keys that were the city's before. Exit code 1 where something is wrong.`,
  options: { key: { type: 'string', multiple: true } },
  run: async (given) => {
    if (given.positionals[0] === 'snapshots') return runVerifySnapshots(given);
    return withDatabase(async (db) => {
      if (given.positionals[0] === 'log') return verifyLogs(db);
      const what = whatOf(given);
      const { compared, different } = await (what === 'density' ? verifyDensity(db) : verifyTally(db));
      console.log(`· ${what}: ${compared} counts compared, ${different} differ`);
      return different === 0 ? 0 : 1;
    });
  },
};
