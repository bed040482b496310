import type { Scope } from '../../access/index.ts';
import type { IndicatorId } from '../../cases/index.ts';
import type { Queryable } from '../../db/index.ts';
import { NOTHING, type Fraction } from '../counts.ts';
import { ELSEWHERE, listCutNames } from '../cutNames.ts';
import { countPeriod, CUTS, type Cut } from '../figures.ts';
import type { Named } from '../names.ts';
import { listSnapshots, readSignedRows, seenRows, type StoredSnapshot } from '../snapshot/index.ts';

/** The figures of a period, from wherever they come. */
export interface PeriodFigures {
  from: string;
  to: string;
  asOf: Date;
  /** The signed snapshot that they are drawn from; null: counted for this. */
  snapshot: StoredSnapshot | null;
  fraction(cut: Cut, key: string, id: IndicatorId): Fraction;
  /** What a cut tells apart, in order of code. */
  names(cut: Cut): readonly Named[];
}

export interface Period {
  from: string;
  to: string;
}

/** Counts a period as it was known at an instant. */
export async function countFigures(
  client: Queryable,
  scope: Scope,
  period: Period,
  asOf: Date,
): Promise<PeriodFigures> {
  const counts = await countPeriod(client, scope, period, asOf);
  const names = new Map<Cut, Named[]>();
  for (const cut of CUTS) names.set(cut, await listCutNames(client, scope, cut));
  return {
    ...period,
    asOf,
    snapshot: null,
    fraction: (cut, key, id) => counts.fraction(cut, key, id),
    names: (cut) => names.get(cut) ?? [],
  };
}

/** The figures of a month as they were signed. */
async function signedFigures(
  client: Queryable,
  scope: Scope,
  period: Period,
  snapshot: StoredSnapshot,
): Promise<PeriodFigures> {
  const rows = await seenRows(client, scope, await readSignedRows(client, snapshot.month));
  const fractions = new Map(rows.map((row) => [`${row.cut} ${row.key} ${row.indicator}`, row]));
  const named = new Map(rows.map((row) => [`${row.cut} ${row.key}`, row]));
  return {
    ...period,
    asOf: snapshot.asOf,
    snapshot,
    fraction: (cut, key, id) => fractions.get(`${cut} ${key} ${id}`) ?? NOTHING,
    names: (cut) =>
      [...named.values()]
        .filter((row) => row.cut === cut && row.key !== ELSEWHERE)
        .map(({ key, code, nameZh, nameEn }) => ({ key, code, nameZh, nameEn })),
  };
}

/** A month from its snapshot where there is one, else counted as it was known at an instant. */
export async function monthFigures(
  client: Queryable,
  scope: Scope,
  month: string,
  period: Period,
  asOf: Date,
): Promise<PeriodFigures> {
  // What was signed is the whole city's: whoever sees less of it has it counted.
  const signed = scope.divisionIds === null ? await listSnapshots(client) : [];
  const snapshot = signed.find((one) => one.month === month);
  return snapshot ? signedFigures(client, scope, period, snapshot) : countFigures(client, scope, period, asOf);
}
