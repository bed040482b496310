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
    const [zh, en] = { subdistrict: ['街道', 'Subdistrict'], town: ['镇', 'Town'], township: ['乡', 'Township'] }[
      kind
    ] as [string, string];
    return { zh: stem + zh, en: `${pinyin(stem)} ${en}`, stem };
  };
}

const split = (s: string): string[] => s.split(' ');
const TOWN_FIRST = split(
  '和 文 光 新 安 永 民 春 富 东 向 红 胜 团 幸 长 龙 丰 宝 双 德 仁 诚 吉 建 友 育 工 南 北 西 中 锦 金 翠 嘉 怡 景 湖',
);
const TOWN_SECOND = split('顺 昌 明 兴 康 平 生 华 强 升 阳 利 福 青 江 收 山 义 信 祥 设 谊 才 业 苑 馨 城 园 悦 宁');
const SURNAMES = split('王 李 张 刘 赵 孙 周 吴 郑 冯 陈 杨 朱 何 高 郭 马 罗 梁 宋 唐 韩 曹 许 邓 程 袁 于 董 田');
const VILLAGE_END = split('家屯 家店 家窝棚 家沟 家岗 家营 家井 家岭');
const VILLAGE_FIRST = split(
  '兴 富 永 长 东 红 新 胜 民 光 双 向 和 合 前 后 大 小 南 北 西 太 建 吉 庆 三 四 五 八 二',
);
const VILLAGE_SECOND = split(
  '发 胜 升 旺 和 平 安 丰 强 明 利 新 阳 星 进 民 合 立 达 治 泉 树 井 岗 屯 山 河 林 营 台',
);

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
      return urban
        ? { zh: `${stem}社区`, en: `${en} Community`, stem }
        : { zh: `${stem}村`, en: `${en} Village`, stem };
    }
  };
}

/** Stems of street names as northern cities have them, each with its pinyin. */
const ROADS = `
  文化Wenhua 新华Xinhua 中华Zhonghua 建设Jianshe 光明Guangming 和平Heping 永安Yongan 民生Minsheng 东风Dongfeng
  胜利Shengli 长青Changqing 龙江Longjiang 丰收Fengshou 德胜Desheng 吉祥Jixiang 友谊Youyi 育才Yucai 工业Gongye
  铁路Tielu 春晖Chunhui 安康Ankang 卫国Weiguo 爱民Aimin 解放Jiefang 青云Qingyun 江畔Jiangpan 湖滨Hubin
  鹤鸣Heming 雁鸣Yanming 榆林Yulin 柳荫Liuyin 松涛Songtao 桦林Hualin 苇塘Weitang 霁月Jiyue 澄江Chengjiang
  朝阳Chaoyang 望江Wangjiang 曙光Shuguang 团结Tuanjie 人民Renmin 中央Zhongyang 站前Zhanqian 公园Gongyuan 劳动Laodong
  军民Junmin 前进Qianjin 跃进Yuejin 向阳Xiangyang 红星Hongxing 东升Dongsheng 西苑Xiyuan 南苑Nanyuan 北苑Beiyuan
  学府Xuefu 师范Shifan 医院Yiyuan 商贸Shangmao 粮库Liangku 面粉Mianfen 糖厂Tangchang 机床Jichuang 车辆Cheliang
  重工Zhonggong 纺织Fangzhi 造纸Zaozhi 水源Shuiyuan 电厂Dianchang 桥南Qiaonan 桥北Qiaobei 江桥Jiangqiao 船厂Chuanchang
  码头Matou 渡口Dukou 石油Shiyou 园丁Yuanding 育英Yuying 立新Lixin 兴隆Xinglong 永胜Yongsheng 富强Fuqiang
  民主Minzhu 平安Pingan 健康Jiankang 幸福Xingfu 长寿Changshou 万福Wanfu 百花Baihua 芙蓉Furong 丁香Dingxiang
  杏花Xinghua 云杉Yunshan 黑土Heitu 稻香Daoxiang 麦香Maixiang 豆香Douxiang 金秋Jinqiu 瑞雪Ruixue 冰湖Binghu
  冬青Dongqing 合意Heyi 信义Xinyi 崇文Chongwen 尚德Shangde 博爱Boai 先锋Xianfeng 青年Qingnian 少年Shaonian
  迎宾Yingbin 国防Guofang 通达Tongda 顺水Shunshui 嫩柳Nenliu 芦花Luhua 白鹭Bailu
`
  .trim()
  .split(/\s+/)
  .map((s) => ({ stem: s.slice(0, 2), pinyin: s.slice(2) }));

/** Names for the lattice streets of a town, north-south ones 街 and east-west ones 路, none twice within the town. */
export function createRoadNames(random: Random): (kind: '街' | '路') => Name {
  const roads = shuffled(ROADS, random);
  let used = 0;
  return (kind) => {
    const road = roads[used % roads.length]!;
    const round = ['', '东', '西', '南'][Math.floor(used++ / roads.length)]!;
    const en = ['', ' East', ' West', ' South'][Math.floor((used - 1) / roads.length)]!;
    const stem = road.stem + round;
    return { zh: stem + kind, en: `${road.pinyin}${en} ${kind === '街' ? 'Street' : 'Road'}`, stem };
  };
}
