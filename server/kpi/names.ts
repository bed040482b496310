import { scopeParam, type Scope } from '../access/index.ts';
import type { DivisionRef, Level } from '../api/shapes.ts';
import { LEVELS } from '../api/shapes.ts';
import { levelNumber } from '../city/index.ts';
import type { Queryable } from '../db/index.ts';
import type { Keyed } from './facts.ts';

/** What a row of a table is of. */
export interface Named {
  /** As the counts have it. */
  key: string;
  code: string;
  nameZh: string;
  nameEn: string;
  division?: DivisionRef;
}

const TABLES = {
  category: 'select id, code, name_zh as "nameZh", name_en as "nameEn" from category order by code, id',
  source: 'select id, key as code, name_zh as "nameZh", name_en as "nameEn" from source order by key',
  department: 'select id, key as code, name_zh as "nameZh", name_en as "nameEn" from department order by key',
} as const;

const NO_DEPARTMENT: Named = { key: '0', code: '', nameZh: '未派部门', nameEn: 'No department' };
const OWNERS: Named[] = [
  { key: '0', code: 'hosted', nameZh: '本平台办理', nameEn: 'Hosted' },
  { key: '1', code: 'federated', nameZh: '联动平台办理', nameEn: 'Federated' },
];

/** Everything that cases are told apart by, in order of code. */
export async function listNames(client: Queryable, kind: Keyed): Promise<Named[]> {
  if (kind === 'owner') return OWNERS;
  const { rows } = await client.query<{ id: number; code: string; nameZh: string; nameEn: string }>(TABLES[kind]);
  const named = rows.map(({ id, ...rest }) => ({ key: String(id), ...rest }));
  return kind === 'department' ? [...named, NO_DEPARTMENT] : named;
}

/** Valid divisions of a level that the scope sees, in order of code. @param parent id of any ancestor, or null for all. */
export async function listDivisionNames(
  client: Queryable,
  scope: Scope,
  level: Level,
  parent: number | null,
): Promise<Named[]> {
  const { rows } = await client.query<Omit<DivisionRef, 'level'> & { levelNo: number }>(
    `select id, code, level as "levelNo", name_zh as "nameZh", name_en as "nameEn" from division
     where valid_to is null and level = $1::smallint and ($2::int is null or $2::int = any(path))
       and ($3::int[] is null or path && $3::int[])
     order by code, id`,
    [levelNumber(level), parent, scopeParam(scope)],
  );
  return rows.map(({ levelNo, ...rest }) => ({
    key: String(rest.id),
    code: rest.code,
    nameZh: rest.nameZh,
    nameEn: rest.nameEn,
    division: { ...rest, level: LEVELS[levelNo - 1] ?? level },
  }));
}
