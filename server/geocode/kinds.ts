/** Elements of an address, outermost first (GB/T 23705, GA/T 2000), and what else an address may hold. */
export const ELEMENT_KINDS = [
  'province',
  'city',
  'district',
  'street',
  'community',
  'hamlet',
  'group',
  'road',
  'lane',
  'number',
  'estate',
  'phase',
  'building',
  'unit',
  'floor',
  'room',
  'landmark',
  'other',
] as const;
export type ElementKind = (typeof ELEMENT_KINDS)[number];

/** Longer texts are not addresses. */
export const MAX_TEXT = 400;
