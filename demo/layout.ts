/** The hand-drawn skeleton of the fictional city, in kilometres from its centre. Everything else grows on it by chance. */
import type { Point } from './plane.ts';

/** Control points of the city's border, clockwise from the north-west shoulder. Made up: no real border was traced. */
// prettier-ignore
export const OUTLINE: Point[] = [
  [70, 148], [100, 172], [128, 152], [138, 120], [180, 114], [207, 88], [181, 66], [140, 54], [121, 26], [94, 2],
  [72, -24], [50, -45], [44, -80], [22, -100], [8, -130], [-12, -161], [-45, -150], [-58, -120], [-84, -112],
  [-86, -78], [-52, -54], [-62, -18], [-117, 5], [-100, 34], [-60, 42], [-42, 72], [-12, 88], [8, 120], [38, 124],
];

/** Square kilometres inside the border. */
export const CITY_AREA_KM2 = 42_000;

/** The main stream, from the north-east to the south-west, past the west of the centre. */
// prettier-ignore
export const RIVER: Point[] = [
  [128, 185], [112, 160], [96, 134], [84, 110], [62, 84], [44, 62], [28, 44], [14, 27], [4, 16], [-2.2, 8], [-3.4, 2.5],
  [-3.2, -3], [-4.6, -9], [-9, -18], [-14, -34], [-20, -56], [-26, -78], [-30, -100], [-34, -124], [-30, -146], [-36, -170],
];

export interface Stream {
  nameZh: string;
  nameEn: string;
  rank: 2 | 3;
  line: Point[];
}

/** Tributaries; each ends on the main stream or on another tributary, whose nearest point it is drawn to. */
// prettier-ignore
export const STREAMS: Stream[] = [
  { nameZh: '霜河', nameEn: 'Shuang River', rank: 2, line: [[210, 96], [186, 92], [160, 88], [134, 92], [110, 96], [80, 106]] },
  { nameZh: '雁来河', nameEn: 'Yanlai River', rank: 2, line: [[-125, 18], [-100, 20], [-72, 14], [-48, 18], [-24, 12], [-3, 6]] },
  { nameZh: '苇子河', nameEn: 'Weizi River', rank: 2, line: [[135, 20], [112, 22], [86, 28], [62, 18], [40, 2], [26, -14], [4, -26], [-11, -26]] },
  { nameZh: '白桦河', nameEn: 'Baihua River', rank: 2, line: [[-6, 118], [6, 100], [22, 84], [34, 68], [43, 61]] },
  { nameZh: '沙榆河', nameEn: 'Shayu River', rank: 2, line: [[-96, -98], [-76, -92], [-56, -80], [-40, -82], [-26, -80]] },
  { nameZh: '柳条河', nameEn: 'Liutiao River', rank: 2, line: [[52, -60], [34, -64], [14, -84], [-6, -92], [-28, -92]] },
  { nameZh: '杏花沟', nameEn: 'Xinghua Creek', rank: 3, line: [[140, 150], [128, 138], [112, 134], [97, 136]] },
  { nameZh: '黑鱼沟', nameEn: 'Heiyu Creek', rank: 3, line: [[150, 52], [140, 66], [128, 80], [124, 93]] },
  { nameZh: '蒲草沟', nameEn: 'Pucao Creek', rank: 3, line: [[-90, 36], [-72, 30], [-58, 17]] },
  { nameZh: '石头沟', nameEn: 'Shitou Creek', rank: 3, line: [[70, 150], [76, 134], [88, 122]] },
];

export interface Lake {
  nameZh: string;
  nameEn: string;
  x: number;
  y: number;
  radiusKm: number;
  /** Width over height. */
  stretch: number;
}

/** The wetland south-east of the city, where the cranes nest, and two lakes elsewhere. */
export const LAKES: Lake[] = [
  { nameZh: '鹤栖湖', nameEn: 'Heqi Lake', x: 29, y: -20, radiusKm: 6.5, stretch: 1.5 },
  { nameZh: '芦鸣泡', nameEn: 'Luming Lake', x: 17, y: -31, radiusKm: 3.6, stretch: 1.3 },
  { nameZh: '月牙泡', nameEn: 'Yueya Lake', x: -58, y: -100, radiusKm: 3.2, stretch: 0.7 },
  { nameZh: '镜水水库', nameEn: 'Jingshui Reservoir', x: 154, y: 98, radiusKm: 3.4, stretch: 1.6 },
];
export const WETLAND = { x: 26, y: -24, radiusKm: 17 };

/** A built-up area with a lattice of streets of its own. */
export interface Town {
  nameZh: string;
  nameEn: string;
  kind: 'old' | 'new' | 'county';
  x: number;
  y: number;
  radiusKm: number;
  /** Degrees by which the lattice is turned. */
  turn: number;
  /** Block size along and across, km. */
  blockX: number;
  blockY: number;
  /** Residents a square kilometre in its middle. */
  density: number;
}

// prettier-ignore
const county = (nameZh: string, nameEn: string, x: number, y: number, turn: number, radiusKm: number): Town => ({
  nameZh, nameEn, kind: 'county', x, y, radiusKm, turn, blockX: 0.44, blockY: 0.38, density: 6800,
});

/** Earlier ones win where two overlap. The county towns follow in the order of the counties. */
// prettier-ignore
export const TOWNS: Town[] = [
  { nameZh: '老城', nameEn: 'Old Town', kind: 'old', x: 0.6, y: 0, radiusKm: 3.7, turn: 11, blockX: 0.33, blockY: 0.28, density: 17500 },
  { nameZh: '北新城', nameEn: 'North New Town', kind: 'new', x: 4.6, y: 6.6, radiusKm: 3.3, turn: -16, blockX: 0.5, blockY: 0.44, density: 8500 },
  { nameZh: '东站片', nameEn: 'East Station', kind: 'new', x: 6.6, y: -0.6, radiusKm: 2.9, turn: 24, blockX: 0.5, blockY: 0.42, density: 9500 },
  { nameZh: '南工业区', nameEn: 'South Works', kind: 'new', x: 1.6, y: -6.4, radiusKm: 3, turn: -4, blockX: 0.62, blockY: 0.5, density: 5200 },
  { nameZh: '江西新区', nameEn: 'West Bank', kind: 'new', x: -8.2, y: 2.4, radiusKm: 2.9, turn: 33, blockX: 0.58, blockY: 0.5, density: 5200 },
  { nameZh: '霁光镇区', nameEn: 'Jiguang', kind: 'county', x: 16, y: -8, radiusKm: 1.5, turn: 15, blockX: 0.46, blockY: 0.4, density: 5200 },
  { nameZh: '北苇镇区', nameEn: 'Beiwei', kind: 'county', x: 10, y: 27, radiusKm: 1.6, turn: -25, blockX: 0.46, blockY: 0.4, density: 5200 },
  county('霜桥', 'Shuangqiao', 72, 128, 20, 2.3),
  county('松泊', 'Songpo', 116, 132, -12, 2),
  county('云垄', 'Yunlong', 172, 94, 8, 2.2),
  county('朔林', 'Shuolin', 112, 72, -30, 2.5),
  county('桦原', 'Huayuan', 20, 76, 35, 2.2),
  county('雁滩', 'Yantan', -78, 20, -8, 2.3),
  county('苇泽', 'Weize', 66, 16, 17, 2.5),
  county('沙榆', 'Shayu', -54, -86, -20, 2.3),
  county('柳塞', 'Liusai', 4, -98, 5, 2.4),
];

export interface District {
  stem: string;
  pinyin: string;
  type: '区' | '县';
  x: number;
  y: number;
  /** Wanted area, km²: what is grown comes near it. */
  areaKm2: number;
  streets: number;
}

const areaOfCounty = 4240;
/** 7 urban districts, 9 counties; 209 streets and towns between them. */
// prettier-ignore
export const DISTRICTS: District[] = [
  { stem: '望汀', pinyin: 'Wangting', type: '区', x: 0.2, y: 0.6, areaKm2: 26, streets: 9 },
  { stem: '汀阳', pinyin: 'Tingyang', type: '区', x: 1.6, y: -5.4, areaKm2: 62, streets: 8 },
  { stem: '雁桥', pinyin: 'Yanqiao', type: '区', x: 6.4, y: -0.2, areaKm2: 75, streets: 8 },
  { stem: '榆堤', pinyin: 'Yudi', type: '区', x: 4.2, y: 7.2, areaKm2: 150, streets: 7 },
  { stem: '凫洲', pinyin: 'Fuzhou', type: '区', x: -10, y: 2.4, areaKm2: 780, streets: 7 },
  { stem: '霁光', pinyin: 'Jiguang', type: '区', x: 17, y: -12, areaKm2: 1350, streets: 6 },
  { stem: '北苇', pinyin: 'Beiwei', type: '区', x: 10, y: 28, areaKm2: 1400, streets: 6 },
  { stem: '霜桥', pinyin: 'Shuangqiao', type: '县', x: 70, y: 124, areaKm2: areaOfCounty, streets: 17 },
  { stem: '松泊', pinyin: 'Songpo', type: '县', x: 116, y: 134, areaKm2: areaOfCounty * 0.8, streets: 16 },
  { stem: '云垄', pinyin: 'Yunlong', type: '县', x: 172, y: 92, areaKm2: areaOfCounty, streets: 18 },
  { stem: '朔林', pinyin: 'Shuolin', type: '县', x: 112, y: 74, areaKm2: areaOfCounty * 1.15, streets: 19 },
  { stem: '桦原', pinyin: 'Huayuan', type: '县', x: 18, y: 80, areaKm2: areaOfCounty, streets: 17 },
  { stem: '雁滩', pinyin: 'Yantan', type: '县', x: -72, y: 14, areaKm2: areaOfCounty * 1.1, streets: 18 },
  { stem: '苇泽', pinyin: 'Weize', type: '县', x: 68, y: 18, areaKm2: areaOfCounty * 1.1, streets: 19 },
  { stem: '沙榆', pinyin: 'Shayu', type: '县', x: -54, y: -88, areaKm2: areaOfCounty * 0.9, streets: 16 },
  { stem: '柳塞', pinyin: 'Liusai', type: '县', x: 6, y: -92, areaKm2: areaOfCounty * 0.95, streets: 18 },
];

export const COMMUNITY_COUNT = 1599;
export const CITY = { code: '980200', nameZh: '鹤汀市', nameEn: 'Heting', population: 4_006_218 };
