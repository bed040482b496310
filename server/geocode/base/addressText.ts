import type { AddressBase } from './base.ts';
import { FIELD_NAMES } from './fields.ts';

const ENDING = {
  road: '',
  place: '',
  place2: '',
  lane: '弄',
  group: '组',
  number: '号',
  phase: '期',
  building: '号楼',
  unit: '单元',
  room: '室',
} as const;

/** A row as a text, from its city down. */
export function addressText(base: AddressBase, row: number): string {
  const divisions = base.tree.pathOf(base.divisionOf(row)).slice(0, 3);
  const fields = base.fields(row);
  const inner = FIELD_NAMES.map((name) => {
    const text = base.strings.text(fields[name]);
    return text === '' ? '' : text + (/^[\dA-Z]/.test(text) ? ENDING[name] : '');
  });
  return [...divisions.map((id) => base.tree.nameOf(id)), ...inner].join('');
}
