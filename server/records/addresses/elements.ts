import type { ElementKind } from '../../geocode/index.ts';
import { findColumn } from '../sources/index.ts';

/** An address by element. */
export type AddressElements = Partial<Record<ElementKind, string>>;

/** Names of columns, beside the kind's own; outermost first. */
const NAMES = {
  province: ['省'],
  city: ['市', '城市'],
  district: ['区县', '区'],
  street: ['街道', '乡镇', '街道乡镇'],
  community: ['社区', '村', '社区村'],
  hamlet: ['自然村', '屯'],
  group: ['组'],
  road: ['路', '街路巷', '道路', '路街巷'],
  lane: ['弄', '巷'],
  number: ['号', '门牌号', '门牌'],
  estate: ['小区', '小区名'],
  phase: ['期'],
  building: ['栋', '楼栋', '楼栋号', '号楼'],
  unit: ['单元'],
  floor: ['楼层', '层'],
  room: ['室', '房间号', '户室号'],
  landmark: ['地标'],
} as const satisfies Partial<Record<ElementKind, readonly string[]>>;
const KINDS = Object.keys(NAMES) as (keyof typeof NAMES)[];
/** What a clerk says behind a number of the kind. */
const ENDINGS: AddressElements = {
  group: '组',
  lane: '弄',
  number: '号',
  phase: '期',
  building: '号楼',
  unit: '单元',
  floor: '层',
  room: '室',
};

/** Which columns hold elements, outermost first. */
export function elementColumns(columns: ReadonlySet<string>): (readonly [ElementKind, string])[] {
  return KINDS.flatMap((kind) => {
    const column = findColumn(columns, [kind, ...NAMES[kind]]);
    return column === null ? [] : [[kind, column] as const];
  });
}

/** Elements as one text, as people write it. */
export function elementText(elements: AddressElements): string {
  return KINDS.map((kind) => {
    const value = elements[kind] ?? '';
    return /^[\dA-Za-z一二三四五六七八九十-]+$/.test(value) ? value + (ENDINGS[kind] ?? '') : value;
  }).join('');
}

/** How deep elements go. */
export function levelOfElements({ room, unit, building, number, lane }: AddressElements): string {
  if (room !== undefined) return 'room';
  if (unit !== undefined) return 'unit';
  if (building !== undefined) return 'building';
  return number !== undefined || lane !== undefined ? 'number' : 'landmark';
}
