import type { Scope } from '../access/index.ts';
import type { Queryable } from '../db/index.ts';
import type { Cut } from './figures.ts';
import { listDivisionNames, listNames, type Named } from './names.ts';

/** Key of what no division of a level has: cases that are not located, or outside. */
export const ELSEWHERE = 'elsewhere';
const WHOLE: Named = { key: '0', code: '', nameZh: '全市', nameEn: 'Whole city' };
export const ELSEWHERE_NAME: Named = { key: ELSEWHERE, code: '', nameZh: '其他', nameEn: 'Elsewhere' };

/** Everything that a cut tells apart, in order of code. */
export function listCutNames(client: Queryable, scope: Scope, cut: Cut): Promise<Named[]> {
  switch (cut) {
    case 'total':
      return Promise.resolve([WHOLE]);
    case 'district':
    case 'street':
      return listDivisionNames(client, scope, cut, null);
    default:
      return listNames(client, cut);
  }
}

/** What a list of cases takes to show those of a row. */
export function cutParams(cut: Cut, { key, code }: Pick<Named, 'key' | 'code'>): Record<string, string | number> {
  switch (cut) {
    case 'total':
      return {};
    case 'district':
    case 'street':
      return key === ELSEWHERE ? { elsewhere: cut } : { division: Number(key) };
    case 'category':
      return { categoryId: Number(key) };
    default:
      return { [cut]: code };
  }
}
