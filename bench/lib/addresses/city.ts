/** A made-up city for the geocoding benches and tests: its divisions, and addresses as an address base has them. From a seed. */
import { randomFrom } from '../random.ts';

export interface MadeDivision {
  id: number;
  parentId: number | null;
  level: 'city' | 'district' | 'street' | 'community';
  name: string;
}

/** A place with a door, in parts; a part that it has not is ''. */
export interface MadeAddress {
  code: string;
  /** Of the building: all rooms of one have the same. */
  lng: number;
  lat: number;
  divisionId: number;
  district: string;
  street: string;
  community: string;
  road: string;
  number: string;
  estate: string;
  building: string;
  unit: string;
  room: string;
  group: string;
  /** One is enough to tell the door: the road's name, or the estate's, is there once in the city. */
  roadOnce: boolean;
  estateOnce: boolean;
}

const STEMS =
  `和平 建设 文化 解放 人民 光明 胜利 友谊 长江 黄河 松江 新华 中华 永安 兴隆 东风 红旗 团结 青年 工农 民航 站前 龙江 鹤城 湖滨 江岸 北苑 南苑
  兴业 振兴 复兴 繁荣 富强 康宁 安居 吉祥 如意 锦绣 翠湖 明月 春晖 朝阳 向阳 育才 学府 科技 创新 迎宾 凯旋 金桥 银河 玉泉 紫金 翰林 御景 江畔 滨江 绿洲
  嘉和 瑞景 盛世 天成 华强 通达 卜奎 嫩江 扎龙 明珠 龙腾 凤凰 祥和 万福 千禧 百合 丁香 梧桐 银杏 海棠 玫瑰 桃源 杏林 枫林 柳岸 荷塘 竹园 梅园 雅苑 香山
  泰山 华山 昆仑 天山 长白 兴安 大庆 北疆 边城 远航 启明 晨光 曙光 星火 长虹 彩虹 金鼎 宝地 恒大 龙泉 古城 东盛 西盛 南岗 北岗 平安 六合 三元 四海 五福
  八一 七星 九龙 双塔 一心 二龙`.split(/\s+/);
const SURNAMES = Array.from('王李张刘陈杨赵孙周吴郑冯于高林何郭马罗梁宋韩唐曹许邓');
const VILLAGE_TAILS = '家屯 家店 家窝棚 家窑 家围子 家岗子'.split(' ');
const ROAD_ENDS = '路 街 大街 大道 北路 南路 东街 西街 一路 二路 三路 一道街 二道街 胡同 巷'.split(' ');
const ESTATE_ENDS = '小区 花园 家园 新村 公寓 嘉园 名苑 新城 国际 名邸 华府 一品 城 里 庭院'.split(' ');
const DISTRICTS = '龙南区 建东区 铁北区 富江区 松河县 讷江市'.split(' ');

type Random = () => number;
const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
const whole = (random: Random, from: number, to: number): number => from + Math.floor(random() * (to - from + 1));

export interface MadeCity {
  divisions: MadeDivision[];
  addresses: MadeAddress[];
}

interface Estate {
  name: string;
  road: string;
  number: string;
  buildings: number;
  phases: boolean;
}

/** @param size how many addresses, about. @param rooms one row a room instead of one a building. */
export function buildAddressCity(seed: number, size: number, rooms: boolean): MadeCity {
  const random = randomFrom(seed);
  const divisions: MadeDivision[] = [{ id: 1, parentId: null, level: 'city', name: '鹤江市' }];
  const addresses: MadeAddress[] = [];
  const add = (parentId: number, level: MadeDivision['level'], name: string): number =>
    divisions.push({ id: divisions.length + 1, parentId, level, name });
  const streets = Math.max(4, Math.round(Math.sqrt(size / 250)));
  const budget = size / DISTRICTS.length / streets;
  for (const [d, district] of DISTRICTS.entries()) {
    const districtId = add(1, 'district', district);
    for (let s = 0; s < streets; s++) {
      const town = d >= 4 || s % 5 === 4;
      const street = `${pick(random, STEMS)}${s > STEMS.length ? s : ''}${town ? pick(random, ['镇', '乡']) : '街道'}`;
      const streetId = add(districtId, 'street', street);
      const communities = Array.from({ length: 4 }, () => {
        const name = town ? `${pick(random, SURNAMES)}${pick(random, VILLAGE_TAILS)}村` : `${pick(random, STEMS)}社区`;
        return {
          id: add(streetId, 'community', `${name}${town ? '村民委员会' : '居民委员会'}`.replace('村村', '村')),
          name,
        };
      });
      const at: [number, number] = [123.5 + d * 0.2 + (s % 12) * 0.015, 47 + Math.floor(s / 12) * 0.01];
      fillStreet({ random, addresses, district, street, communities, town, at, budget, rooms });
    }
  }
  markOnce(addresses);
  return { divisions, addresses };
}

interface StreetPlan {
  random: Random;
  addresses: MadeAddress[];
  district: string;
  street: string;
  communities: { id: number; name: string }[];
  town: boolean;
  at: [number, number];
  budget: number;
  rooms: boolean;
}

function fillStreet(plan: StreetPlan): void {
  const { random, addresses, at, budget, communities, town } = plan;
  const first = addresses.length;
  const taken = new Set<string>();
  const blank = {
    road: '',
    number: '',
    estate: '',
    building: '',
    unit: '',
    room: '',
    group: '',
    roadOnce: false,
    estateOnce: false,
  };
  const push = (
    community: { id: number; name: string },
    parts: Partial<MadeAddress>,
    lng: number,
    lat: number,
  ): void => {
    const { district, street } = plan;
    const code = `A${addresses.length + 1}`;
    addresses.push({
      ...blank,
      code,
      lng,
      lat,
      divisionId: community.id,
      district,
      street,
      community: community.name,
      ...parts,
    });
  };
  const near = (): [number, number] => [at[0] + random() * 0.014, at[1] + random() * 0.009];
  while (addresses.length - first < budget) {
    const community = pick(random, communities);
    if (town && random() < 0.5) {
      const [group, house] = [whole(random, 1, 8), whole(random, 1, 90)];
      const key = `${community.id}-${group}-${house}`;
      if (!taken.has(key)) push(community, { group: String(group), number: String(house) }, ...near());
      taken.add(key);
      continue;
    }
    const road = pick(random, STEMS) + pick(random, ROAD_ENDS);
    if (taken.has(road)) continue;
    taken.add(road);
    for (let n = 1, end = whole(random, 20, 80); n < end; n += whole(random, 1, 4)) {
      const number = String(n) + (random() < 0.06 ? `-${whole(random, 1, 4)}` : '');
      if (random() < 0.75) push(community, { road, number }, ...near());
      else fillEstate(plan, taken, road, number, (parts, lng, lat) => push(community, parts, lng, lat));
    }
  }
}

function fillEstate(
  { random, at, rooms }: StreetPlan,
  taken: Set<string>,
  road: string,
  number: string,
  push: (parts: Partial<MadeAddress>, lng: number, lat: number) => void,
): void {
  const estate: Estate = {
    name: pick(random, STEMS) + (random() < 0.35 ? pick(random, STEMS) : '') + pick(random, ESTATE_ENDS),
    road: random() < 0.7 ? road : '',
    number,
    buildings: whole(random, 2, 18),
    phases: random() < 0.1,
  };
  if (taken.has(estate.name)) return;
  taken.add(estate.name);
  const [x, y] = [at[0] + random() * 0.012, at[1] + random() * 0.008];
  for (let b = 1; b <= estate.buildings; b++) {
    const building = random() < 0.04 ? `${pick(random, ['A', 'B', 'C'])}${b}` : String(b);
    const parts = { road: estate.road, number: estate.road === '' ? '' : number, estate: estate.name, building };
    const [lng, lat] = [x + (b % 4) * 0.0009, y + Math.floor(b / 4) * 0.0007];
    if (!rooms) push(parts, lng, lat);
    else
      for (let unit = 1; unit <= 3; unit++)
        for (let floor = 1; floor <= 6; floor++)
          for (let door = 1; door <= 2; door++)
            push({ ...parts, unit: String(unit), room: `${floor}0${door}` }, lng, lat);
  }
}

function markOnce(addresses: MadeAddress[]): void {
  const roads = new Map<string, Set<string>>();
  const estates = new Map<string, Set<string>>();
  const note = (names: Map<string, Set<string>>, name: string, where: string): void => {
    if (name !== '') names.set(name, (names.get(name) ?? new Set<string>()).add(where));
  };
  for (const { road, estate, district, street } of addresses) {
    note(roads, road, `${district}${street}`);
    note(estates, estate, `${district}${street}`);
  }
  for (const address of addresses) {
    address.roadOnce = roads.get(address.road)?.size === 1;
    address.estateOnce = estates.get(address.estate)?.size === 1;
  }
}

/** As an address base would have it written. */
export function standardText(a: MadeAddress): string {
  const inner = [
    a.road,
    a.group === '' ? '' : `${a.community}${a.group}组`,
    a.number === '' ? '' : `${a.number}号`,
    a.estate,
    a.building === '' ? '' : `${a.building}号楼`,
    a.unit === '' ? '' : `${a.unit}单元`,
    a.room === '' ? '' : `${a.room}室`,
  ];
  return `鹤江市${a.district}${a.street}${inner.join('')}`;
}
