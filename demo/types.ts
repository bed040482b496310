/** What the demonstration city hands to whoever loads it. Pure values: no database, no clock but `until`. */
import type { MultiPolygon, Polygon, LineString, MultiLineString } from 'geojson';
import type { CaseAction, CaseStatus, CaseRole, LimitUnit } from '../server/cases/words.ts';

export interface DemoOptions {
  /** Same seed, scale and until: the same bytes. */
  seed: number;
  /** 1 = 480,717 accepted cases; the geography is the same at every scale. */
  scale: number;
  /** The instant at which the history ends; nothing happens after it. */
  until: Date;
}

/** The five classes of data, in the order of every `counts` tuple. */
export type ClassCounts = [
  government: number,
  industry: number,
  supplyChain: number,
  governance: number,
  sensing: number,
];

export interface DemoDivision {
  /** 6 digits (city, district), 9 (street), 12 (community), 15 (unit grid). */
  code: string;
  level: 1 | 2 | 3 | 4 | 5;
  parentCode: string | null;
  nameZh: string;
  nameEn: string;
  geometry: MultiPolygon;
  /** Inside the polygon, where a label looks right. */
  labelLng: number;
  labelLat: number;
  /** Residents; a community's is the sum of its grids, and so on up. */
  population: number;
}

export interface DemoBaseFeature {
  kind: 'river' | 'lake' | 'road' | 'rail' | 'green' | 'built_up';
  /** Drawing order and width within the kind, 1 = most important (motorway, main stream). */
  rank: 1 | 2 | 3 | 4;
  nameZh: string;
  nameEn: string;
  /** First zoom at which it is worth drawing. */
  minZoom: number;
  geometry: LineString | MultiLineString | Polygon | MultiPolygon;
}

export interface DemoCategory {
  standardRef: string;
  kind: 'component' | 'event' | 'hotline';
  code: string;
  majorZh: string;
  majorEn: string;
  nameZh: string;
  nameEn: string;
  /** Time limit from filing to feedback, in hours of the 24 x 7 clock. */
  limitHours: number;
  departmentKey: string;
}

/** What a city has decided of its cases: limits, duties, duplicates, stages, working calendar. */
export interface DemoRules {
  /** `condition` '' and `areaGrade` 0: any. */
  limits: { categoryCode: string; condition: string; areaGrade: number; value: number; unit: LimitUnit }[];
  /** `districtCode` null: the whole city. */
  duties: { categoryCode: string; districtCode: string | null; departmentKey: string; assisting: string[] }[];
  duplicates: { categoryCode: string; radiusM: number; windowHours: number }[];
  stages: { stage: 'verify' | 'filing' | 'dispatch' | 'check'; value: number; unit: LimitUnit }[];
  /** Grade of the area by district, 1 the densest. */
  areaGrades: Map<string, number>;
  workYears: { year: number; hours: string[]; daysOff: string[]; makeUpDays: string[] }[];
}

export interface DemoDepartment {
  key: string;
  nameZh: string;
  nameEn: string;
}

/** Where cases come from: collectors, the 12345 hotline, video, sensors, the city code app ... */
export interface DemoSource {
  key: string;
  nameZh: string;
  nameEn: string;
}

export interface DemoDataset {
  key: string;
  nameZh: string;
  nameEn: string;
  /** Index into ClassCounts, 0 to 4. */
  classIndex: number;
  /** What its records are about: datasets of one theme are shown together. */
  theme: string;
  /** Share of the records of its class. */
  share: number;
}

export interface DemoPlace {
  lng: number;
  lat: number;
  /** Code of the unit grid that contains it (checked: the point is inside that polygon). */
  gridCode: string;
  /** e.g. 望江区 (street) 文化路 128 号 ... */
  addressZh: string;
  /** Annotated records at this place, by class. */
  counts: ClassCounts;
}

export interface DemoStep {
  at: number;
  action: CaseAction;
  from: CaseStatus | null;
  to: CaseStatus;
  role: CaseRole;
  actor: string;
  note: string | null;
}

export interface DemoCase {
  /** Unique within the demonstration; readable, e.g. the case number's running part. */
  externalId: string;
  sourceKey: string;
  categoryCode: string;
  departmentKey: string;
  lng: number;
  lat: number;
  gridCode: string;
  addressZh: string;
  descriptionZh: string;
  /** All instants are epoch milliseconds; null where it has not happened (or never will). */
  reportedAt: number;
  acceptedAt: number | null;
  filedAt: number | null;
  dispatchedAt: number | null;
  yellowAt: number | null;
  dueAt: number | null;
  handledAt: number | null;
  closedAt: number | null;
  status: CaseStatus;
  /** Times it came back from a failed check. */
  reworks: number;
  /** In order of time; the last one's `to` equals `status`. */
  steps: DemoStep[];
}

/** A report as a player sends it in through the ordinary code path. */
export interface DemoSignal {
  sourceKey: string;
  categoryCode: string;
  lng: number;
  lat: number;
  addressZh: string;
  descriptionZh: string;
}

export interface DemoCity {
  nameZh: string;
  nameEn: string;
  /** IANA name. */
  timeZone: string;
  standardRef: string;
  divisions: DemoDivision[];
  base: DemoBaseFeature[];
  categories: DemoCategory[];
  rules: DemoRules;
  departments: DemoDepartment[];
  sources: DemoSource[];
  datasets: DemoDataset[];
  /** Records that stand nowhere on the map, per dataset key (annotated / total is less than one). */
  unlocatedRecords: Map<string, number>;
  /** Ordered; may be walked again and gives the same. */
  places(): Iterable<DemoPlace>;
  /** Ordered by reportedAt; may be walked again and gives the same. */
  cases(): Iterable<DemoCase>;
  /** What somebody would plausibly report at this instant; `n` is a running number that seeds it. */
  nextSignal(atMs: number, n: number): DemoSignal;
  /** Relative intensity of reports at this instant (mean over a year = 1): rush hours, weekends, season. */
  intensity(atMs: number): number;
}
