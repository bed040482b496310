/** Names of divisions: streets and towns, communities and villages, and the roads of a town. */
import { STREET_STEMS, pinyin } from './stems.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';

export interface Name {
  zh: string;
  en: string;
  /** The name without its suffix. */
  stem: string;
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const out = [...list];
  for (let i = out.length - 1; i > 0; i--) {
    const j = random.int(i + 1);
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

/** Hands out street names, each once in the whole city. */
export function createStreetNames(seed: number): (kind: 'subdistrict' | 'town' | 'township') => Name {
  const stems = shuffled(STREET_STEMS, createRandom(seed, 61));
  let used = 0;
  return (kind) => {
    const stem = stems[used++];
    if (stem === undefined) throw new RangeError(`only ${stems.length} street names`);
    const [zh, en] = { subdistrict: ['街道', 'Subdistrict'], town: ['镇', 'Town'], township: ['乡', 'Township'] }[kind] as [string, string];
    return { zh: stem + zh, en: `${pinyin(stem)} ${en}`, stem };
  };
}

const split = (s: string): string[] => s.split(' ');
const TOWN_FIRST = split('和 文 光 新 安 永 民 春 富 东 向 红 胜 团 幸 长 龙 丰 宝 双 德 仁 诚 吉 建 友 育 工 南 北 西 中 锦 金 翠 嘉 怡 景 湖');
const TOWN_SECOND = split('顺 昌 明 兴 康 平 生 华 强 升 阳 利 福 青 江 收 山 义 信 祥 设 谊 才 业 苑 馨 城 园 悦 宁');
const SURNAMES = split('王 李 张 刘 赵 孙 周 吴 郑 冯 陈 杨 朱 何 高 郭 马 罗 梁 宋 唐 韩 曹 许 邓 程 袁 于 董 田');
const VILLAGE_END = split('家屯 家店 家窝棚 家沟 家岗 家营 家井 家岭');
const VILLAGE_FIRST = split('兴 富 永 长 东 红 新 胜 民 光 双 向 和 合 前 后 大 小 南 北 西 太 建 吉 庆 三 四 五 八 二');
const VILLAGE_SECOND = split('发 胜 升 旺 和 平 安 丰 强 明 利 新 阳 星 进 民 合 立 达 治 泉 树 井 岗 屯 山 河 林 营 台');

/** Hands out community or village names, each once within its street. */
export function createCommunityNames(random: Random): (urban: boolean) => Name {
  const used = new Set<string>();
  return (urban) => {
    for (;;) {
      let stem: string;
      if (urban) stem = random.pick(TOWN_FIRST) + random.pick(TOWN_SECOND);
      else if (random.chance(0.32)) stem = random.pick(SURNAMES) + random.pick(VILLAGE_END);
      else stem = random.pick(VILLAGE_FIRST) + random.pick(VILLAGE_SECOND);
      const en = pinyin(stem);
      if (used.has(en) || stem[0] === stem[1]) continue;
      used.add(en);
      return urban ? { zh: `${stem}社区`, en: `${en} Community`, stem } : { zh: `${stem}村`, en: `${en} Village`, stem };
    }
  };
}

const ROAD_FIRST = split('文 新 中 建 光 和 永 民 东 胜 长 龙 丰 德 吉 友 育 工 铁 春 安 康 卫 爱 解 青 江 湖 鹤 雁 榆 柳 松 桦 苇 霁 澄 朝 望 曙');
const ROAD_SECOND = split('化 华 昌 设 明 平 安 生 风 利 青 江 收 胜 祥 谊 才 业 路 晖 康 兴 国 园 桥 岭 泉 台 阳 苑');

/** Names for the lattice streets of a town, north-south ones 街 and east-west ones 路, none twice within the town. */
export function createRoadNames(random: Random): (kind: '街' | '路') => Name {
  const used = new Set<string>();
  return (kind) => {
    for (;;) {
      const stem = random.pick(ROAD_FIRST) + random.pick(ROAD_SECOND);
      if (stem.includes('路') || stem[0] === stem[1] || used.has(stem)) continue;
      used.add(stem);
      return { zh: stem + kind, en: `${pinyin(stem)} ${kind === '街' ? 'Street' : 'Road'}`, stem };
    }
  };
}
