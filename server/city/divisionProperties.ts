import { badRequest, HekanError } from '../errors.ts';
import { FeatureProblem, type RawFeature } from './geojson.ts';

/** Where a division's values stand in a feature's properties; what is not given is looked for. */
export interface PropertyOptions {
  /** Level of all features, by name. */
  level?: string | undefined;
  levelProperty?: string | undefined;
  codeProperty?: string | undefined;
  nameProperty?: string | undefined;
  nameEnProperty?: string | undefined;
  parentProperty?: string | undefined;
  /** Code of the parent of all features. */
  parent?: string | undefined;
  /** Of grids: who answers for each. */
  responsibleProperty?: string | undefined;
}

export interface DivisionValues {
  code: string;
  level: number;
  nameZh: string;
  /** null: the file gives none. */
  nameEn: string | null;
  parentCode: string | null;
  /** Of a grid: who answers for it. */
  responsible: string | null;
}

/** Names of levels, as files and people write them. */
const LEVEL_NAMES = new Map(
  [
    ['city', 'prefecture', 'municipality', '市', '地级市', '城市', '直辖市'],
    ['district', 'county', 'borough', '区县', '区', '县', '市辖区', '县级市', '旗', '县区'],
    ['street', 'town', 'township', 'subdistrict', 'street_or_town', '街道', '乡镇', '镇', '乡', '街道乡镇', '街乡'],
    ['community', 'village', 'neighborhood', 'neighbourhood', '社区', '村', '社区村', '居委会', '村委会', '居村'],
    ['grid', 'unit_grid', 'unit grid', '网格', '单元网格'],
  ].flatMap((names, i) => names.map((name) => [name, i + 1] as const)),
);
export const LEVEL_CHOICES = 'city, district, street, community or grid (市, 区县, 街道/乡镇, 社区/村, 网格)';

const CANDIDATES = {
  code: [
    'code',
    'adcode',
    'ad_code',
    '代码',
    '区划代码',
    '行政区划代码',
    '编码',
    'geoid',
    'gb',
    'id',
    'gid',
    'fid',
    'objectid',
  ],
  name: ['name_zh', 'namezh', 'name', '名称', '区划名称', 'name_chn', 'mc', 'title', 'label'],
  nameEn: ['name_en', 'nameen', 'name:en', 'eng_name', 'ename', '英文名称'],
  level: ['level', '级别', '层级', 'admin_type'],
  parent: ['parent', 'parent_code', 'parentcode', 'parent_adcode', 'pcode', '上级', '上级代码', '父级代码'],
  responsible: ['responsible', '责任人', '责任单位', '负责人', '网格员', '民警', 'owner'],
} as const;
type Key = keyof typeof CANDIDATES;

/** A level by any of its names. @returns 1 to 5, or null. */
export function levelOf(name: string): number | null {
  return LEVEL_NAMES.get(name.trim().toLowerCase()) ?? null;
}

/** A value as text; '' where there is none. A parent may be an object that holds the code. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value.replaceAll('\0', '').trim();
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const inner = value as Record<string, unknown>;
    return textOf(inner['adcode'] ?? inner['code'] ?? inner['id'] ?? '');
  }
  return '';
}

/** Property names of a file, by lower case. */
function propertyNames(features: RawFeature[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const { properties } of features)
    for (const name of Object.keys(properties)) names.set(name.toLowerCase(), name);
  return names;
}

function checkOption(option: string, given: string, names: Map<string, string>): string {
  const known = names.get(given.toLowerCase());
  if (known !== undefined) return known;
  const listed = [...names.values()].slice(0, 50).join(', ') || 'none';
  throw badRequest(option, given, `the name of a property of the features, which have: ${listed}`);
}

export interface PropertyMap {
  code: string | null;
  name: string | null;
  nameEn: string | null;
  level: string | null;
  parent: string | null;
  responsible: string | null;
  fixedLevel: number | null;
  fixedParent: string | null;
}

function fixedLevel(given: string | undefined): number | null {
  if (given === undefined) return null;
  const level = levelOf(given);
  if (level === null) throw badRequest('level', given, LEVEL_CHOICES);
  return level;
}

/**
 * Decides which property holds what: the one that an option names, else the first of the usual ones that any feature fills.
 * @throws HekanError('bad_request'): an option names a property that no feature has; no level, code or name to be found.
 */
export function mapProperties(features: RawFeature[], options: PropertyOptions): PropertyMap {
  const names = propertyNames(features);
  const find = (key: Key, option: string, given: string | undefined): string | null => {
    if (given !== undefined) return checkOption(option, given, names);
    for (const candidate of CANDIDATES[key]) {
      const name = names.get(candidate);
      if (name !== undefined && features.some(({ properties }) => textOf(properties[name]) !== '')) return name;
    }
    return null;
  };
  const level = fixedLevel(options.level);
  const map: PropertyMap = {
    code: find('code', 'code-property', options.codeProperty),
    name: find('name', 'name-property', options.nameProperty),
    nameEn: find('nameEn', 'name-en-property', options.nameEnProperty),
    level: level === null ? find('level', 'level-property', options.levelProperty) : null,
    parent: options.parent === undefined ? find('parent', 'parent-property', options.parentProperty) : null,
    responsible: find('responsible', 'responsible-property', options.responsibleProperty),
    fixedLevel: level,
    fixedParent: options.parent?.trim() || null,
  };
  const has = `the features have: ${[...names.values()].slice(0, 50).join(', ') || 'no properties'}`;
  const fail = (field: string, message: string) =>
    new HekanError('bad_request', `${field}: ${message}; ${has}`, { field });
  if (map.fixedLevel === null && map.level === null) {
    throw fail(
      'level',
      `nothing in the file says which level its divisions are: pass --level with ${LEVEL_CHOICES}, or --level-property`,
    );
  }
  if (map.code === null && features.every(({ id }) => textOf(id) === '')) {
    throw fail('code-property', "no property with the divisions' codes was found: pass --code-property");
  }
  if (map.name === null)
    throw fail('name-property', "no property with the divisions' names was found: pass --name-property");
  return map;
}

const CODE = /^[\p{Letter}\p{Number}._:/ -]{1,64}$/u;
const MAX_NAME = 200;

/** A feature's values. @throws FeatureProblem that names the property that is missing or wrong. */
export function readProperties({ id, properties }: RawFeature, map: PropertyMap): DivisionValues {
  const at = (name: string | null) => (name === null ? '' : textOf(properties[name]));
  const code = at(map.code) || (map.code === null ? textOf(id) : '');
  if (code === '') throw new FeatureProblem('no_code', map.code ?? 'id', '');
  if (!CODE.test(code)) throw new FeatureProblem('strange_code', map.code ?? 'id', code);
  const name = at(map.name);
  if (name === '') throw new FeatureProblem('no_name', map.name ?? 'name', '');
  if (name.length > MAX_NAME) throw new FeatureProblem('name_too_long', map.name ?? 'name', name);
  const level = map.fixedLevel ?? levelOf(at(map.level));
  if (level === null) {
    throw new FeatureProblem(at(map.level) === '' ? 'no_level' : 'unknown_level', map.level ?? 'level', at(map.level));
  }
  const parentCode = map.fixedParent ?? (at(map.parent) || null);
  return {
    code,
    level,
    nameZh: name,
    nameEn: at(map.nameEn) || null,
    parentCode: parentCode === code ? null : parentCode,
    responsible: at(map.responsible).slice(0, MAX_NAME) || null,
  };
}
