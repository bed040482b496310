import { readCity } from '../city/index.ts';
import { cityClock } from '../city/index.ts';
import { signingKeyPlace } from '../config.ts';
import { HekanError } from '../errors.ts';
import {
  monthBefore,
  monthIn,
  openSigningKey,
  parseMonth,
  readCityKey,
  readPublicKey,
  takeSnapshot,
  verifySnapshots,
  type PublicKey,
} from '../kpi/index.ts';
import { textOption, withDatabase, type Command, type Given } from './command.ts';

export const snapshotCommand: Command = {
  usage: `hekan snapshot [--month YYYY-MM]
  Takes a month that has ended (the last one unless told), signed and chained to those before. The server does it by itself.`,
  options: { month: { type: 'string' } },
  run: (given) =>
    withDatabase(async (db, config) => {
      const city = await readCity(db);
      if (!city) throw new HekanError('not_ready', 'there is no city yet: run `hekan demo` or import one');
      const now = cityClock(city).now();
      const month = parseMonth('--month', textOption(given, 'month') ?? monthBefore(monthIn(city.timeZone, now)));
      const key = openSigningKey(signingKeyPlace(config));
      const taken = await takeSnapshot(db, key, month, config.HEKAN_SETTLING_HOURS, now);
      if (!taken) throw new HekanError('conflict', 'another process takes a month just now: try again');
      console.log(`· ${month} as of ${taken.asOf.toISOString()}: ${taken.rows} figures, signed with key ${key.id}`);
      console.log(`· snapshot ${taken.n}, hash ${taken.hash}`);
      return 0;
    }),
};

/** The city's key and those that --key names. */
function knownKeys({ values }: Given, file: string): PublicKey[] {
  const given = Array.isArray(values.key) ? values.key : [];
  const mine = readCityKey(file);
  return [...(mine ? [mine] : []), ...given.map((path) => readPublicKey(String(path)))];
}

/** Proves every snapshot. @returns the exit code. */
export const runVerifySnapshots = (given: Given): Promise<number> =>
  withDatabase(async (db, config) => {
    const keys = knownKeys(given, signingKeyPlace(config).file);
    const { snapshots, rows, unsealed, faults, first } = await verifySnapshots(db, keys);
    console.log(
      `· snapshots: ${snapshots} months, ${rows} figures, keys ${keys.map(({ id }) => id).join(', ') || 'none'}`,
    );
    if (unsealed > 0) console.log(`· ${unsealed} were taken while the log of cases had no seal yet`);
    if (!first) return 0;
    const where = first.place === null ? first.month : `${first.month}, row ${first.place}`;
    console.log(`· ${faults} ${faults === 1 ? 'is' : 'are'} not as written; the first: ${where}: ${first.reason}`);
    return 1;
  });
