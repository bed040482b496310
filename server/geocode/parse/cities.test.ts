import { describe, expect, it } from 'vitest';
import { createParser } from './parser.ts';

/** No gazetteer: what is read here is read by rules alone, so another city is read as well. */
const parser = createParser({ divisions: [] });
const read = (text: string): string =>
  parser
    .parse(text)
    .elements.filter(({ kind }) => kind !== 'other')
    .map(({ kind, value }) => `${kind}:${value}`)
    .join(' ');

describe('addresses of many cities', () => {
  it.each([
    // Beijing: hutongs, numbered lanes, 内 and 外, lakesides, parts of estates
    ['北京市东城区东四十二条21号', 'city:北京市 district:东城区 road:东四十二条 number:21'],
    ['东城区东四北大街107号', 'district:东城区 road:东四北大街 number:107'],
    ['西城区西四北三条19号', 'district:西城区 road:西四北三条 number:19'],
    ['东城区南锣鼓巷板厂胡同12号', 'district:东城区 road:南锣鼓巷 road:板厂胡同 number:12'],
    ['西城区护国寺街18甲1号', 'district:西城区 road:护国寺街 number:18甲-1'],
    ['西城区前海北沿23号', 'district:西城区 road:前海北沿 number:23'],
    ['东城区东直门内大街5号', 'district:东城区 road:东直门内大街 number:5'],
    ['西城区地安门外大街甲28号', 'district:西城区 road:地安门外大街 number:28甲'],
    ['东城区和平里七区16号楼3门502', 'district:东城区 estate:和平里 phase:7 building:16 unit:3 room:502'],
    ['海淀区中关村南大街5号院6号楼', 'district:海淀区 road:中关村南大街 number:5 building:6'],
    ['朝阳区建国路36号院内2号楼', 'district:朝阳区 road:建国路 number:36 building:2'],
    ['朝阳区安贞西里三区10号楼', 'district:朝阳区 estate:安贞西里 phase:3 building:10'],
    ['昌平区回龙观镇龙腾苑四区12号楼', 'district:昌平区 street:回龙观镇 estate:龙腾苑 phase:4 building:12'],
    ['丰台区马家堡东路106号院2号楼1单元301', 'district:丰台区 road:马家堡东路 number:106 building:2 unit:1 room:301'],
    ['石景山区八角南里3栋2门9号', 'district:石景山区 estate:八角南里 building:3 unit:2 room:9'],
    ['朝阳区酒仙桥路4号798艺术区', 'district:朝阳区 road:酒仙桥路 number:4 landmark:七九八艺术区'],
    ['海淀区西三旗街道建材城西路65号院', 'district:海淀区 street:西三旗街道 road:建材城西路 number:65'],
    ['西城区白云路西里15楼1门3号', 'district:西城区 estate:白云路西里 building:15 unit:1 room:3'],
    ['大兴区亦庄经济技术开发区荣华南路10号', 'district:大兴区 landmark:亦庄经济技术开发区 road:荣华南路 number:10'],
    ['通州区梨园镇大稿村12号', 'district:通州区 street:梨园镇 community:大稿村 number:12'],
    // Shanghai: lanes, lanes below lanes, villages that are estates
    ['长宁区延安西路1538弄2号1203室', 'district:长宁区 road:延安西路 lane:1538 number:2 room:1203'],
    [
      '静安区南京西路1717号会德丰国际广场3502室',
      'district:静安区 road:南京西路 number:1717 landmark:会德丰国际广场 room:3502',
    ],
    ['徐汇区漕溪北路595号C栋902', 'district:徐汇区 road:漕溪北路 number:595 building:C room:902'],
    [
      '浦东新区张江镇碧波路690号3号楼201室',
      'district:浦东新区 street:张江镇 road:碧波路 number:690 building:3 room:201',
    ],
    ['黄浦区淮海中路1285弄', 'district:黄浦区 road:淮海中路 lane:1285'],
    ['虹口区四川北路1851弄15支弄3号', 'district:虹口区 road:四川北路 lane:1851 lane:15 number:3'],
    ['闵行区七莘路3655弄23号甲', 'district:闵行区 road:七莘路 lane:3655 number:23甲'],
    ['普陀区曹杨新村街道枫桥路30弄5号402', 'district:普陀区 street:曹杨新村街道 road:枫桥路 lane:30 number:5 room:402'],
    [
      '浦东新区世纪大道100号上海环球金融中心75楼',
      'district:浦东新区 road:世纪大道 number:100 landmark:上海环球金融中心 floor:75',
    ],
    [
      '嘉定区安亭镇墨玉南路888号12层1201-1203室',
      'district:嘉定区 street:安亭镇 road:墨玉南路 number:888 floor:12 room:1201-1203',
    ],
    ['宝山区友谊路街道宝林八村60号203室', 'district:宝山区 street:友谊路街道 community:宝林八村 number:60 room:203'],
    // Chongqing: numbers below numbers, rooms by floor
    ['渝中区民生路181号附3号', 'district:渝中区 road:民生路 number:181-3'],
    ['沙坪坝区小龙坎正街339号附36号2单元5-1', 'district:沙坪坝区 road:小龙坎正街 number:339-36 unit:2 room:5-1'],
    ['渝北区龙溪街道红锦大道98号附12', 'district:渝北区 street:龙溪街道 road:红锦大道 number:98-12'],
    ['九龙坡区杨家坪西郊路27号附1号', 'district:九龙坡区 road:杨家坪西郊路 number:27-1'],
    ['南岸区南坪东路2号4栋10-3', 'district:南岸区 road:南坪东路 number:2 building:4 unit:10 room:3'],
    ['江北区观音桥步行街9号负1层', 'district:江北区 road:观音桥步行街 number:9 floor:B1'],
    ['巴南区李家沱马王坪正街8号', 'district:巴南区 road:李家沱马王坪正街 number:8'],
    // Guangzhou and Shenzhen: 之, 首层, 自编, 横巷, industrial villages
    ['越秀区中山六路238号之二', 'district:越秀区 road:中山六路 number:238-2'],
    ['越秀区文明路212号之一首层', 'district:越秀区 road:文明路 number:212-1 floor:1'],
    ['荔湾区恩宁路永庆二巷6号', 'district:荔湾区 road:恩宁路 road:永庆二巷 number:6'],
    ['海珠区新港西路135号大院607栋', 'district:海珠区 road:新港西路 number:135 building:607'],
    ['天河区石牌村朝阳东街三巷12号', 'district:天河区 community:石牌村 road:朝阳东街三巷 number:12'],
    ['白云区石井街石槎路自编5号', 'district:白云区 road:石井街 road:石槎路 number:5'],
    ['番禺区大石街植村一工业区2号', 'district:番禺区 road:大石街 community:植村 landmark:一工业区 number:2'],
    [
      '南山区粤海街道科技园南区高新南七道2号',
      'district:南山区 street:粤海街道 landmark:科技园南区 road:高新南七道 number:2',
    ],
    [
      '深圳市福田区深南大道4009号投资大厦18楼A1',
      'city:深圳市 district:福田区 road:深南大道 number:4009 landmark:投资大厦 floor:18 room:1A',
    ],
    [
      '宝安区西乡街道固戍社区石街新村三巷5号',
      'district:宝安区 street:西乡街道 community:固戍社区 estate:石街新村 road:三巷 number:5',
    ],
    [
      '龙岗区坂田街道五和大道南2号万科星火4栋302',
      'district:龙岗区 street:坂田街道 road:五和大道 number:2 estate:万科星火 building:4 room:302',
    ],
    [
      '天河区体育西路103号维多利广场A塔12A',
      'district:天河区 road:体育西路 number:103 landmark:维多利广场 building:A room:12A',
    ],
    ['东莞市虎门镇北栅社区凤岗路一街12号', 'city:东莞市 street:虎门镇 community:北栅社区 road:凤岗路一街 number:12'],
    // the north-east: committees and groups, 道街, 胡同, units by side
    ['龙沙区五龙街道县西巷5号', 'district:龙沙区 street:五龙街道 road:县西巷 number:5'],
    ['铁锋区站前街道5委3组', 'district:铁锋区 street:站前街道 group:5 group:3'],
    ['道外区南十四道街152号', 'district:道外区 road:南十四道街 number:152'],
    ['道里区安字片安升街12号3单元6楼2门', 'district:道里区 road:安字片安升街 number:12 unit:3 floor:6 room:2'],
    ['香坊区公滨路452号4栋2单元301', 'district:香坊区 road:公滨路 number:452 building:4 unit:2 room:301'],
    ['建华区中华路12号东单元302', 'district:建华区 road:中华路 number:12 unit:东单元 room:302'],
    ['建华区金色家园3号楼西单元501室', 'district:建华区 estate:金色家园 building:3 unit:西单元 room:501'],
    ['富拉尔基区红岸大街铁西3号楼2门', 'district:富拉尔基区 road:红岸大街 estate:铁西 building:3 unit:2'],
    ['宽城区铁北二路胡同18号', 'district:宽城区 road:铁北二路胡同 number:18'],
    ['讷河市拉哈镇信号村二屯5组8号', 'city:讷河市 street:拉哈镇 community:信号村 hamlet:二屯 group:5 number:8'],
    ['龙江县龙江镇正阳街道通达委7组', 'district:龙江县 street:龙江镇 street:正阳街道 hamlet:通达委 group:7'],
    ['昂昂溪区榆树屯镇大五福玛村', 'district:昂昂溪区 street:榆树屯镇 community:大五福玛村'],
    // villages
    ['甘南县巨宝镇永久村王家窝棚', 'district:甘南县 street:巨宝镇 community:永久村 hamlet:王家窝棚'],
    ['泰来县克利镇宏程村三社', 'district:泰来县 street:克利镇 community:宏程村 group:3'],
    ['依安县新兴镇新合村第五村民小组22号', 'district:依安县 street:新兴镇 community:新合村 group:5 number:22'],
    ['新都区新繁镇青石村3组45号附1号', 'district:新都区 street:新繁镇 community:青石村 group:3 number:45-1'],
    ['双流区黄水镇白塔社区11组', 'district:双流区 street:黄水镇 community:白塔社区 group:11'],
    ['莱阳市沐浴店镇上夼村128号', 'city:莱阳市 street:沐浴店镇 community:上夼村 number:128'],
    ['安化县梅城镇望城村大塘组', 'district:安化县 street:梅城镇 community:望城村 landmark:大塘组'],
    ['余杭区瓶窑镇南山村里窑12号', 'district:余杭区 street:瓶窑镇 community:南山村 hamlet:里窑 number:12'],
    ['克东县玉岗镇农场六队', 'district:克东县 community:玉岗镇农场 group:6'],
    ['杜尔伯特蒙古族自治县胡吉吐莫镇东吐莫村', 'district:杜尔伯特蒙古族自治县 street:胡吉吐莫镇 community:东吐莫村'],
    ['陈巴尔虎旗巴彦库仁镇查干诺尔嘎查', 'district:陈巴尔虎旗 street:巴彦库仁镇 community:查干诺尔嘎查'],
    // development zones and parks
    [
      '苏州工业园区星湖街328号创意产业园5栋',
      'landmark:苏州工业园区 road:星湖街 number:328 landmark:创意产业园 building:5',
    ],
    ['高新区天府大道北段1700号', 'district:高新区 road:天府大道 number:1700'],
    ['江宁经济技术开发区将军大道159号', 'landmark:江宁经济技术开发区 road:将军大道 number:159'],
    [
      '余杭区五常街道文一西路969号3号楼5层599室',
      'district:余杭区 street:五常街道 road:文一西路 number:969 building:3 floor:5 room:599',
    ],
    ['武侯区武科西五路360号C区2栋', 'district:武侯区 road:武科西五路 number:360 phase:C building:2'],
    ['铁锋区北苑开发区腾飞路8号', 'district:铁锋区 landmark:北苑开发区 road:腾飞路 number:8'],
    ['光谷软件园E3栋6楼', 'landmark:光谷软件园 building:3E floor:6'],
    ['江夏区藏龙岛科技园九凤街6号', 'district:江夏区 landmark:藏龙岛科技园 road:九凤街 number:6'],
    ['嘉兴港区东方大道1号', 'district:嘉兴港区 road:东方大道 number:1'],
    // hospital and school wings
    ['建华区中华路12号综合楼3楼', 'district:建华区 road:中华路 number:12 building:综合楼 floor:3'],
    ['第一医院门诊楼2楼', 'landmark:第一医院 building:门诊楼 floor:2'],
    ['齐齐哈尔大学主楼', 'landmark:齐齐哈尔大学 building:主楼'],
    ['协和医院外科楼12层', 'landmark:协和医院 building:外科楼 floor:12'],
    ['实验中学教学楼', 'landmark:实验中学 building:教学楼'],
    ['卜奎大街88号办公楼', 'road:卜奎大街 number:88 building:办公楼'],
    ['解放路8号住院部', 'road:解放路 number:8 building:住院部'],
    ['文化大街42号东楼301', 'road:文化大街 number:42 building:东楼 room:301'],
    // what lies below, at and beside a house
    ['中山路88号万达广场负一层', 'road:中山路 number:88 landmark:万达广场 floor:B1'],
    ['中山路88号万达广场B1层', 'road:中山路 number:88 landmark:万达广场 floor:B1'],
    ['中山路88号地下一层', 'road:中山路 number:88 floor:B1'],
    ['中山路88号-1层', 'road:中山路 number:88 floor:B1'],
    ['中山路88号地下2层B205', 'road:中山路 number:88 floor:B2 room:205B'],
    ['金色家园5号楼地下室', 'estate:金色家园 building:5'],
    ['金色家园5号楼底商3号', 'estate:金色家园 building:5 room:3'],
    ['金色家园5号楼1层3号门市', 'estate:金色家园 building:5 floor:1 room:3'],
    ['金色家园南门西侧商服', 'estate:金色家园'],
    ['中华路15号门市', 'road:中华路 number:15'],
    ['建设路20号一层商铺', 'road:建设路 number:20 floor:1'],
    ['金色家园12号车库', 'estate:金色家园 room:12'],
    ['中华路30号顶楼', 'road:中华路 number:30'],
    // ranges, lists, odd and even
    ['中华路12-16号', 'road:中华路 number:12-16'],
    ['中华路12号-16号', 'road:中华路 number:12-16'],
    ['中华路12号至16号', 'road:中华路 number:12-16'],
    ['中华路12号、14号', 'road:中华路 number:12'],
    ['中华路12、14、16号', 'road:中华路 number:12'],
    ['中华路1-99号单号', 'road:中华路 number:1-99'],
    ['中华路2号至98号（双号）', 'road:中华路 number:2-98'],
    // roads by number, kilometre posts
    ['国道111线35公里处', 'road:一一一国道 number:K35'],
    ['G111国道35公里处', 'road:一一一国道 number:K35'],
    ['111国道K35+200米处', 'road:一一一国道 number:K35+200'],
    ['S302省道12公里500米', 'road:三〇二省道 number:K12+500'],
    ['龙江县省道302线12公里处路北', 'district:龙江县 road:三〇二省道 number:K12'],
    ['绥满高速K120+300', 'road:绥满高速 number:K120+300'],
    ['齐富公路12公里处', 'road:齐富公路 number:K12'],
    // signs between the numbers
    ['金色家园10-2-602院内', 'estate:金色家园 building:10 unit:2 room:602'], // no yard of 602
    ['八一街八一街15号', 'road:八一街 number:15'], // said twice, not a lane of itself
    ['金色家园12/2/501', 'estate:金色家园 building:12 unit:2 room:501'],
    ['金色家园2-5-01', 'estate:金色家园 building:2 floor:5 room:501'],
    ['金色家园3栋5-01', 'estate:金色家园 building:3 floor:5 room:501'],
    ['金色家园3栋2-5-01', 'estate:金色家园 building:3 unit:2 floor:5 room:501'],
    ['金色家园3#2-501', 'estate:金色家园 building:3 unit:2 room:501'],
    ['金色家园3号楼2单元5层502', 'estate:金色家园 building:3 unit:2 floor:5 room:502'],
    ['金色家园3号楼2单元５０２', 'estate:金色家园 building:3 unit:2 room:502'],
    ['金色家园A3栋2单元502', 'estate:金色家园 building:3A unit:2 room:502'],
    ['金色家园二期12号楼', 'estate:金色家园 phase:2 building:12'],
    ['金色家园B区12号楼2单元', 'estate:金色家园 phase:B building:12 unit:2'],
    ['金色家园南区3号楼', 'estate:金色家园 phase:南区 building:3'],
    ['金色家园(二期)12栋', 'estate:金色家园 phase:2 building:12'],
    ['国贸大厦12A', 'landmark:国贸大厦 room:12A'],
    ['国贸大厦1203', 'landmark:国贸大厦 room:1203'],
    ['恒隆大厦B座12A', 'landmark:恒隆大厦 building:B room:12A'],
    ['金色家园第三栋第二单元第五层501', 'estate:金色家园 building:3 unit:2 floor:5 room:501'],
    ['贰号楼叁单元伍零壹', 'building:2 unit:3 room:501'],
    // traditional, with other words for the same
    ['臺北路一段8號3樓', 'road:台北路一段 number:8 floor:3'],
    ['龍沙區中華路十二號樓', 'district:龙沙区 road:中华路 building:12'],
    // labels, express lists
    ['收货地址：建华区中华路12号3单元501', 'district:建华区 road:中华路 number:12 unit:3 room:501'],
    ['收件人：张三，电话：13800000000，地址：建华区中华路12号', 'district:建华区 road:中华路 number:12'],
    [
      '所在地区：黑龙江省齐齐哈尔市建华区 详细地址：中华路12号',
      'province:黑龙江省 city:齐齐哈尔市 district:建华区 road:中华路 number:12',
    ],
    [
      '李四 13800000000 黑龙江省 齐齐哈尔市 建华区 中华路 12号',
      'province:黑龙江省 city:齐齐哈尔市 district:建华区 road:中华路 number:12',
    ],
    [
      '黑龙江省/齐齐哈尔市/建华区/中华路12号',
      'province:黑龙江省 city:齐齐哈尔市 district:建华区 road:中华路 number:12',
    ],
    [
      '黑龙江省-齐齐哈尔市-建华区-中华路12号',
      'province:黑龙江省 city:齐齐哈尔市 district:建华区 road:中华路 number:12',
    ],
    ['【菜鸟驿站】建华区中华路12号', 'landmark:菜鸟驿站 district:建华区 road:中华路 number:12'],
    ['中华路12号（万达广场对面）', 'road:中华路 number:12 landmark:万达广场'],
    [
      '中国黑龙江省齐齐哈尔市建华区中华路12号 邮编161000',
      'province:黑龙江省 city:齐齐哈尔市 district:建华区 road:中华路 number:12',
    ],
    ['建华区中华路12号161006', 'district:建华区 road:中华路 number:12'],
    // levels repeated, turned round, run together
    [
      '黑龙江省齐齐哈尔市齐齐哈尔市建华区建华区中华路12号',
      'province:黑龙江省 city:齐齐哈尔市 district:建华区 road:中华路 number:12',
    ],
    ['中华路12号建华区齐齐哈尔市', 'road:中华路 number:12 district:建华区 city:齐齐哈尔市'],
    [
      '内蒙古自治区呼伦贝尔市海拉尔区胜利大街8号',
      'province:内蒙古自治区 city:呼伦贝尔市 district:海拉尔区 road:胜利大街 number:8',
    ],
    ['内蒙古呼伦贝尔市阿荣旗那吉镇', 'province:内蒙古 city:呼伦贝尔市 district:阿荣旗 street:那吉镇'],
    [
      '新疆维吾尔自治区伊犁哈萨克自治州伊宁市解放西路2号',
      'province:新疆维吾尔自治区 city:伊犁哈萨克自治州 city:伊宁市 road:解放西路 number:2',
    ],
    [
      '吉林省延边朝鲜族自治州延吉市光明街172号',
      'province:吉林省 city:延边朝鲜族自治州 city:延吉市 road:光明街 number:172',
    ],
    ['大兴安岭地区加格达奇区人民路1号', 'city:大兴安岭地区 district:加格达奇区 road:人民路 number:1'],
    [
      '湖北省恩施土家族苗族自治州恩施市舞阳坝街道施州大道9号',
      'province:湖北省 city:恩施土家族苗族自治州 city:恩施市 street:舞阳坝街道 road:施州大道 number:9',
    ],
    // another city without its 市
    ['哈尔滨南岗区中华路12号', 'city:哈尔滨市 district:南岗区 road:中华路 number:12'],
    ['黑龙江哈尔滨道里区中央大街12号', 'province:黑龙江 city:哈尔滨市 district:道里区 road:中央大街 number:12'],
    ['大庆萨尔图区中山路12号', 'city:大庆市 district:萨尔图区 road:中山路 number:12'],
    ['北京朝阳区建国路12号', 'city:北京市 district:朝阳区 road:建国路 number:12'],
    ['广东深圳南山区科技路2号', 'province:广东 city:深圳市 district:南山区 road:科技路 number:2'],
    ['长春路12号', 'road:长春路 number:12'],
    ['长春大街12号', 'road:长春大街 number:12'],
    ['上海花园3号楼', 'estate:上海花园 building:3'],
    ['大连北路5号', 'road:大连北路 number:5'],
    ['南京东路12号', 'road:南京东路 number:12'],
    // other towns' roads
    ['锦江区人民南路二段80号附5号', 'district:锦江区 road:人民南路二段 number:80-5'],
    [
      '武昌区中南路街道丁字桥路南湖花园3栋',
      'district:武昌区 street:中南路街道 road:丁字桥路 estate:南湖花园 building:3',
    ],
    ['市南区香港中路61号乙', 'district:市南区 road:香港中路 number:61乙'],
    ['碑林区南大街30号中大国际5层', 'district:碑林区 road:南大街 number:30 estate:中大国际 floor:5'],
    [
      '和平区南京北街206号城市广场2座2201',
      'district:和平区 road:南京北街 number:206 landmark:城市广场 building:2 room:2201',
    ],
    ['鼓楼区中央路201号之1', 'district:鼓楼区 road:中央路 number:201-1'],
    ['五华区一二一大街298号', 'district:五华区 road:一二一大街 number:298'],
    ['城关区北京中路18号', 'district:城关区 road:北京中路 number:18'],
    ['兴庆区民族北街一号', 'district:兴庆区 road:民族北街 number:1'],
    ['西湖区文三路90号东部软件园1号楼', 'district:西湖区 road:文三路 number:90 landmark:东部软件园 building:1'],
    ['莲湖区二环南路西段88号', 'district:莲湖区 road:二环南路 number:88'],
  ])('%s', (text, elements) => {
    expect(read(text)).toBe(elements);
  });
});

describe('relations and crossings of many cities', () => {
  it.each([
    ['火车站广场东侧', 'direction', 90, null],
    ['万达广场正门对面', 'front', null, null],
    ['人民公园北门向东200米', 'direction', 90, 200],
    ['中华路小学斜对面', 'opposite', null, null],
    ['卜奎大街与中华路交叉口西北角', 'direction', 315, null],
    ['龙沙公园附近', 'near', null, null],
    ['解放门路口南50米路东', 'direction', 180, 50],
    ['国税局后身', 'behind', null, null],
  ])('%s', (text, kind, bearing, distanceM) => {
    expect(parser.parse(text).relation).toMatchObject({ kind, bearing, distanceM });
  });

  it.each([
    ['中华路与卜奎大街交叉口', '中华路 卜奎大街'],
    ['中华路卜奎大街交口', '中华路 卜奎大街'],
    ['中华路和卜奎大街十字路口东北角', '中华路 卜奎大街'],
    ['中华路/卜奎大街路口', '中华路 卜奎大街'],
    ['中华路（卜奎大街口）', '中华路 卜奎大街'],
    ['建华区中华路与卜奎大街交汇处东行100米', '中华路 卜奎大街'],
  ])('%s', (text, roads) => {
    const { elements, intersection } = parser.parse(text);
    expect(intersection).toBe(true);
    expect(
      elements
        .filter(({ kind }) => kind === 'road')
        .map(({ value }) => value)
        .join(' '),
    ).toBe(roads);
  });
});
