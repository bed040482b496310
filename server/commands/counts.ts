import { CASE_LAYERS, recount } from '../cases/index.ts';
import { appendDataEvent } from '../db/index.ts';
import { badRequest } from '../errors.ts';
import { RECORD_LAYERS, rebuildDensity } from '../records/index.ts';
import { verifyDensity, verifyTally } from '../verify.ts';
import { withDatabase, type Command, type Given } from './command.ts';

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

export const verifyCommand: Command = {
  usage: `hekan verify density|kpi
  Compares the counts as read with a recount from the rows; exit code 1 where they differ.`,
  options: {},
  run: (given) =>
    withDatabase(async (db) => {
      const what = whatOf(given);
      const { compared, different } = await (what === 'density' ? verifyDensity(db) : verifyTally(db));
      console.log(`· ${what}: ${compared} counts compared, ${different} differ`);
      return different === 0 ? 0 : 1;
    }),
};
