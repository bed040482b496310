import type { ElementKind } from './kinds.ts';

/** A stretch of the text as it came: [start, end) in UTF-16 units. */
export interface Span {
  start: number;
  end: number;
}

export interface Element extends Span {
  kind: ElementKind;
  /** As it stands in the text. */
  text: string;
  /** Normalised: simplified, half width, numerals as digits (12 for 十二号楼, 12-1 for 12号附1), divisions by their full name. */
  value: string;
  /** Divisions of the gazetteer that go by this name; absent where it knows none. */
  divisionIds?: readonly number[];
}

export type RelationKind = 'opposite' | 'beside' | 'near' | 'behind' | 'front' | 'direction';

/** The place is not the landmark itself but lies by it. */
export interface Relation extends Span {
  kind: RelationKind;
  /** Degrees from north, clockwise; null where the text gives none. */
  bearing: number | null;
  distanceM: number | null;
  /** Position in `elements` of what it is said of; -1 where nothing comes before it. */
  of: number;
}

export type Dropped = Span & { kind: 'phone' | 'identity' | 'person' };

export interface ParsedAddress {
  elements: Element[];
  relation: Relation | null;
  /** The place is where the roads among the elements meet. */
  intersection: boolean;
  /** Where phone numbers, identity numbers and names of persons stood. Their text is kept nowhere. */
  dropped: Dropped[];
  /** One line a decision, where it was asked for. */
  explanation?: string[];
}

export interface GazetteerDivision {
  id: number;
  parentId: number | null;
  level: 'city' | 'district' | 'street' | 'community';
  name: string;
  /** Old names, short names. */
  aliases?: readonly string[];
}

/** A name that the address base knows. */
export interface KnownName {
  kind: 'road' | 'estate' | 'landmark' | 'hamlet';
  name: string;
}

/** What of a city the parser knows by name. */
export interface Gazetteer {
  divisions: readonly GazetteerDivision[];
  names?: readonly KnownName[];
}

/** A row of the address base. One of `elements` and `text` is needed; where both are there, the elements hold. */
export interface StandardAddress {
  code: string;
  text?: string;
  elements?: Partial<Record<ElementKind, string>>;
  lng: number;
  lat: number;
  /** The smallest division that it lies in. */
  divisionId: number | null;
  /** Whole addresses that mean the same place. */
  aliases?: readonly string[];
}

/** How near a match came; `none` is a refusal. Outermost first. */
export const MATCH_LEVELS = [
  'none',
  'city',
  'district',
  'street',
  'community',
  'road',
  'intersection',
  'landmark',
  'estate',
  'number',
  'building',
  'unit',
  'room',
] as const;
export type MatchLevel = (typeof MATCH_LEVELS)[number];

export type MatchReason =
  | 'empty'
  | 'too_long'
  | 'not_an_address'
  | 'other_city'
  | 'unknown_name'
  | 'unknown_number'
  | 'ambiguous'
  | 'contradiction'
  | 'near_landmark'
  | 'no_door';

export interface Candidate {
  code: string;
  text: string;
  level: MatchLevel;
  confidence: number;
  lng: number;
  lat: number;
}

export interface Match {
  level: MatchLevel;
  /** 0…1. From SURE on it may be used unseen. */
  confidence: number;
  lng: number | null;
  lat: number | null;
  /** Of the standard address, where the level is that of one; else null. */
  code: string | null;
  divisionId: number | null;
  /** Best first, at most five; empty for a sure match. */
  candidates: Candidate[];
  /** Why it went no further; null for a sure match. */
  reason: MatchReason | null;
  baseVersion: number;
  explanation?: string[];
}

/** From this confidence on a match may be used unseen. */
export const SURE = 0.8;

/** Does the match name a door: a number, a building or something inside one? */
export function atBuilding(level: MatchLevel): boolean {
  return MATCH_LEVELS.indexOf(level) >= MATCH_LEVELS.indexOf('number');
}
