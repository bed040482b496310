import type { ElementKind } from '../kinds.ts';
import type { RelationKind } from '../types.ts';
import { Trie } from './trie.ts';

const split = (words: string): string[] => words.trim().split(/\s+/);

/** What a name ends with, by the kind that it then is. The longest ending that fits, holds. */
const NAME_ENDINGS: [ElementKind, string][] = [
  ['province', '省 自治区 特别行政区'],
  ['city', '市 地区 自治州 盟'],
  ['district', '区 县 旗 自治县 自治旗 新区 林区 矿区'],
  ['street', '街道 街道办事处 街道办 办事处 镇 乡 苏木 民族乡 满族乡 满族镇'],
  [
    'community',
    `社区 社区居委会 社区居民委员会 居委会 居民委员会 村委会 村民委员会 村 行政村 社区村 嘎查 农场 林场 牧场 渔场 良种场 种畜场
     连队 团场`,
  ],
  ['hamlet', '屯 庄 自然村 窝棚 村屯 营子 窑 寨 坳 湾'],
  [
    'road',
    `路 大路 街 大街 大道 道 巷 胡同 里弄 国道 省道 县道 乡道 高速 高速公路 公路 环路 环线 步行街 小街 小路 支路 小巷 支巷 条 夹道 辅路
     马路 条街 道街 条路 北沿 南沿 东沿 西沿`,
  ],
  [
    'estate',
    `里 小区 住宅小区 花园 家园 公寓 新村 苑 家属院 家属楼 宿舍 宿舍楼 名苑 雅苑 豪庭 名邸 华府 公馆 山庄 别墅 家属区 居民区 街区 新城 嘉园 佳园 嘉苑 庄园 丽苑
     华庭 名都 府邸 名府 御府 新苑 花苑 花城 安置房 廉租房 棚户区 安居小区 住宅区 生活区 新居 美墅 学府 雅居 豪园 绿园 水岸 丽都 丽园 悦府 城邦`,
  ],
  ['other', '门市 门市房 商服 车库 底商 车位'],
  [
    'landmark',
    `大厦 广场 中心 学校 小学 中学 大学 学院 幼儿园 医院 卫生院 诊所 公司 酒店 宾馆 饭店 银行 市场 超市 商场 公园 车站 火车站 客运站 机场 大楼
     写字楼 商厦 政府 派出所 公安局 法院 加油站 工厂 厂 开发区 经济开发区 工业园 工业园区 工业区 产业园 产业园区 科技园 物流园 园区 创业园 高新区
     软件园 创意园 孵化园 科学园 文创园 艺术区 大桥 桥 体育场 体育馆 博物馆 图书馆 电影院 邮局 药店 商店 仓买 菜市场 批发市场 建材城 商城 大酒店 科技园区 示范区 保税区 寺 庙 教堂`,
  ],
];

/** After these a short ending is not one: 街道 is not 街, 市场 is not 市, 区政府 is not 区. By the ending's last character. */
const NOT_BEFORE: Record<string, string> = {
  市: '场政民委立直容属区',
  区: '政委域间法检段',
  县: '城政委医法级道',
  镇: '政区中卫',
  乡: '政村道镇',
  村: '委民部小医口头屯',
  路: '口灯桥段面',
  街: '坊口心',
  道: '口班',
  里: '程',
  桥: '头',
  厂: '区',
  湾: '仔',
};

/** Endings that close a name only where a number, an end or a break follows. */
const WEAK = new Set(split('道 里 条 湾 寨 坳 窑 庄 桥 厂 盟 寺 庙 苑 学府 水岸 政府'));

const OFFICES = new Set(split('派出所 卫生院 政府 医院 小学 中学 幼儿园 法院 学校 邮局'));

/** With a numeral these name a lane of the road before them: 朝阳东街三巷. */
const LANES = new Set(split('巷 小巷 支巷 街 弄 支路 胡同 条'));

export interface Ending {
  kind: ElementKind;
  word: string;
  weak: boolean;
  notBefore: string;
  /** It serves a street and bears its name: 五龙街道派出所. */
  office: boolean;
  lane: boolean;
}

/** 1-based in `ENDINGS`. */
export const endingTrie = new Trie();
export const ENDINGS: Ending[] = [];
for (const [kind, words] of NAME_ENDINGS)
  for (const word of split(words)) {
    ENDINGS.push({
      kind,
      word,
      weak: WEAK.has(word),
      notBefore: NOT_BEFORE[word.at(-1)!] ?? '',
      office: OFFICES.has(word),
      lane: LANES.has(word),
    });
    endingTrie.set(word, ENDINGS.length);
  }

/** What a number is of, by what follows it. `door` is 号: number, building or room, as what stands before it says. */
export type Counter = ElementKind | 'door' | 'yard' | 'storey' | 'gate' | 'zone';
const COUNTERS: [Counter, string][] = [
  ['door', '号 号门牌 号房子'],
  ['yard', '号院 号大院 院'],
  [
    'building',
    '号楼 栋 号栋 座 号座 #楼 # 栋楼 塔 塔楼 号塔 号公寓 #栋 号楼栋 号宿舍楼 座楼 号高层 号公寓楼 楼座 号家属楼',
  ],
  ['unit', '单元 号单元 单元门 #单元 号门洞 门洞 梯'],
  ['gate', '门 号门 #门'],
  ['floor', '层 层楼 F 楼层'],
  ['storey', '楼'],
  [
    'room',
    '室 号室 房 号房 户 房间 号房间 号户 号门市 门市 号商服 商服 号车库 车库 号商铺 商铺 号铺 号门面 号仓房 号仓库 号底商 #室',
  ],
  ['lane', '弄 支弄'],
  ['group', '组 村民小组 小组 队 社 村民组 生产队 号屯 居民组 委 连'],
  ['phase', '期 期工程'],
  ['zone', '区'],
];
export const counterTrie = new Trie();
export const COUNTER_KINDS: Counter[] = [];
for (const [kind, words] of COUNTERS)
  for (const word of split(words)) {
    COUNTER_KINDS.push(kind);
    counterTrie.set(word, COUNTER_KINDS.length);
  }

/** After a Chinese numeral these alone make a number: 三门 and 五社 are names as often. */
export const NAME_LIKE_COUNTERS = new Set<Counter>(['gate', 'zone', 'storey']);

const RELATIONS: [RelationKind, string][] = [
  ['opposite', '对面 对过 斜对面 对门 正对面 马路对面 道对面 路对面'],
  ['beside', '旁 旁边 隔壁 边上 紧邻 相邻 侧面 路旁 路边 道边 道旁 旁侧'],
  ['near', '附近 周边 一带 周围'],
  ['behind', '后面 后身 后侧 背后 后院 后边 后'],
  ['front', '门前 前面 门口 前侧 楼前 正门 前边 大门口 前'],
];
export const relationTrie = new Trie();
export const RELATION_KINDS: RelationKind[] = [];
for (const [kind, words] of RELATIONS)
  for (const word of split(words)) {
    RELATION_KINDS.push(kind);
    relationTrie.set(word, RELATION_KINDS.length);
  }

/** Parts of a house that are let to trade: a number behind one is of a room. */
export const SHOPS = new Set(split('门市 门市房 门市部 底商 商服 商铺 门面 门脸 店面 铺面 车库 仓房'));

const trieOf = (words: string): Trie => {
  const trie = new Trie();
  for (const word of split(words)) trie.set(word, 1);
  return trie;
};

export const crossingTrie = trieOf(
  '交叉口 交叉路口 交汇处 交汇口 交汇 交口 相交处 相交 十字路口 丁字路口 路口 交界处 交界 交接处 街口 口 交叉处 交叉 红绿灯 红绿灯路口 红绿灯处 交通岗 三角地',
);
/** Says nothing about where: left out at the start of a name. */
export const fillerTrie = trieOf(
  '地址 住址 现住址 现住 家住 详细地址 户籍地址 居住地址 收货地址 经营地址 注册地址 通讯地址 位于 坐落 坐落于 住在 中国 中华人民共和国 居住在 现居住地 现居 地点 在 所在地区 所在地 收件地址 寄件地址 配送地址 联系地址 自编 城内 城里 县城 县城内 城区 市内 靠近 临近 邻近 毗邻 由南向北 由北向南 由东向西 由西向东 由南向北方向 由北向南方向 由东向西方向 由西向东方向',
);
/** A name of a person comes next. */
export const personCueTrie = trieOf('联系人 收件人 收货人 户主 业主 房主 姓名 租户 租客 法人 承租人 产权人 联系电话人');
/** A number comes next that is no part of the address. */
export const phoneCueTrie = trieOf(
  '邮编 邮政编码 电话 手机 联系电话 手机号 电话号码 联系方式 手机号码 TEL 座机 身份证 身份证号 固话',
);
export const titleTrie = trieOf('先生 女士 小姐 老师 师傅 大爷 大妈 阿姨 大姐 大哥 经理 老板');
/** Tails that say what stands there, not where. */
export const tailTrie = trieOf(
  `自建房 平房 出租屋 出租房 门市房 院内 临街 楼下 楼上 楼内 内 自家 家中 家 商业 住宅 库房 商网 房屋 一带 附属 待定 无 不详 等 处 房 地下室 阁楼 门脸 店面
   铺面 门市部 底商 商服 商铺 门面 车库 仓房 顶楼 顶层 单号 双号 收 转交 转 东段 西段 南段 北段 中段 左手边 右手边 左侧 右侧 拆迁 已拆 新房 老房 旧楼 老楼 新楼 暂住 人户分离 空挂 空户
   人行道 绿化带 绿化 停车位 停车场 路灯 路灯杆 井盖 垃圾箱 垃圾桶 垃圾点 电线杆 道口 空地 楼道 走廊 路面 施工处 施工现场 之间 沿线 路段 出口 入口 方向`,
);
/** Behind an estate or a place these are its doors. */
export const gateTrie = trieOf('东门 西门 南门 北门 大门 正门 侧门 后门');

/** Buildings that go by their use or their side. */
export const wingTrie = trieOf(
  `综合楼 教学楼 办公楼 住院楼 住院部 门诊楼 门诊部 实验楼 宿舍楼 行政楼 急诊楼 医技楼 外科楼 内科楼 综合办公楼 商业楼 商住楼 住宅楼 配楼 塔楼
   主楼 附楼 副楼 裙楼 前楼 后楼 中楼 东楼 西楼 南楼 北楼 东配楼 西配楼 南配楼 北配楼 东侧楼 西侧楼`,
);

/** The provinces by their short names: a place may be written without 省. */
export const PROVINCES = split(
  `黑龙江 吉林 辽宁 河北 山西 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆
   香港 澳门 内蒙古自治区 广西壮族自治区 西藏自治区 宁夏回族自治区 新疆维吾尔自治区`,
);

const SURNAMES = `王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石
姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐
梅莫庄辛管祝左涂谷祁时舒耿牟卜肖詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边`;
export const isSurname = new Uint8Array(65536);
for (const char of SURNAMES) isSurname[char.charCodeAt(0)] = 1;
