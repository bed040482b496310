import type { DemoCategory } from '../types.ts';

// prettier-ignore
const MAJORS: Record<string, [zh: string, en: string]> = {
  c01: ['市政公用', 'Municipal utilities'], c02: ['交通', 'Traffic facilities'], c03: ['市容环卫', 'Sanitation'], c04: ['园林绿化', 'Greenery'], c05: ['其他部件', 'Other components'],
  e06: ['市容环境', 'City appearance'], e07: ['宣传广告', 'Advertising'], e08: ['施工管理', 'Construction'], e09: ['街面秩序', 'Street order'], e10: ['其他事件', 'Other events'],
  h20: ['供暖保障', 'Heating'], h21: ['住房物业', 'Housing'], h22: ['劳动社保', 'Labour'], h23: ['公用服务', 'Public services'], h24: ['教育医疗', 'Schools and health'],
};
const KIND = { c: 'component', e: 'event', h: 'hotline' } as const;

/** What the tables write of a category: major class with the kind's letter before it, code, names, limit and lead department. */
export type CategoryHead = [
  major: string,
  code: string,
  nameZh: string,
  nameEn: string,
  limitHours: number,
  departmentKey: string,
];

/** A category as the city has it; `standardRef` says whose table the code is from. */
export function toCategory([major, code, nameZh, nameEn, limitHours, departmentKey]: CategoryHead): DemoCategory {
  const kind = KIND[major[0] as 'c' | 'e' | 'h'];
  const [majorZh, majorEn] = MAJORS[major]!;
  const standardRef = kind === 'hotline' ? 'hotline-12345' : 'GB/T 47678.5-2026';
  return { standardRef, kind, code, majorZh, majorEn, nameZh, nameEn, limitHours, departmentKey };
}
