import { describe, expect, it } from 'vitest';
import { createParser } from './parser.ts';

/** As work orders and ledgers have it: sides of roads, corners, gates, what stands there instead of where. */
const parser = createParser({
  divisions: [
    { id: 1, parentId: null, level: 'city', name: '齐齐哈尔市' },
    { id: 2, parentId: 1, level: 'district', name: '龙沙区' },
    { id: 3, parentId: 1, level: 'district', name: '富拉尔基区' },
    { id: 4, parentId: 1, level: 'district', name: '拜泉县' },
    { id: 5, parentId: 1, level: 'district', name: '建华区' },
    { id: 10, parentId: 1, level: 'district', name: '讷河市' },
    { id: 6, parentId: 4, level: 'street', name: '拜泉镇' },
    { id: 7, parentId: 6, level: 'community', name: '街道居民委员会' },
    { id: 8, parentId: 2, level: 'street', name: '五龙街道' },
    { id: 9, parentId: 8, level: 'community', name: '公园社区居民委员会' },
  ],
});

const read = (text: string): string => {
  const { elements, relation, intersection } = parser.parse(text);
  const parts = elements.filter(({ kind }) => kind !== 'other').map(({ kind, value }) => `${kind}:${value}`);
  if (relation)
    parts.push(`<${[relation.kind, relation.bearing, relation.distanceM].filter((x) => x !== null).join(' ')}>`);
  return [...parts, ...(intersection ? ['<crossing>'] : [])].join(' ');
};

describe('addresses as clerks write them', () => {
  it.each([
    // Sides of a road
    ['建设路北侧', 'road:建设路 <direction 0>'],
    ['龙沙区建设路北侧50米', 'district:龙沙区 road:建设路 <direction 0 50>'],
    ['建设路北侧 新江路西侧', 'road:建设路 road:新江路 <direction 0>'],
    ['新立街东侧，卜奎大街西侧', 'road:新立街 road:卜奎大街 <direction 90>'],
    ['中华路路南12号', 'road:中华路 number:12 <direction 180>'],
    ['站前大街 路东 18号', 'road:站前大街 number:18 <direction 90>'],
    ['拜泉镇西大街路北', 'street:拜泉镇 road:西大街 <direction 0>'],
    ['团结路中段路南', 'road:团结路 <direction 180>'],
    ['卜奎大街路边停车位', 'road:卜奎大街 <beside>'],
    ['龙华路路边', 'road:龙华路 <beside>'],
    ['建设路旁', 'road:建设路 <beside>'],
    ['新工地路南头', 'road:新工地路 <direction 180>'],
    ['保国村东头', 'community:保国村 <direction 90>'],
    ['和平大路往北100米', 'road:和平大路 <direction 0 100>'],
    ['联通大道以南、永安大街以东', 'road:联通大道 road:永安大街 <direction 180>'],
    ['劳动湖大桥西侧绿化带', 'landmark:劳动湖大桥 <direction 270>'],
    ['新江路和文化大街路口往南200米路西', 'road:新江路 road:文化大街 <direction 180 200> <crossing>'],
    ['北疆街与建设大街交叉路口西50米处', 'road:北疆街 road:建设大街 <direction 270 50> <crossing>'],
    ['五龙街与中华路路口东北侧', 'road:五龙街 road:中华路 <direction 45> <crossing>'],
    ['卜奎大街由南向北方向中环路口', 'road:卜奎大街 road:中环路 <crossing>'],
    ['永安大街靠近合意大街', 'road:永安大街 road:合意大街'],
    ['新明大街与建设大街红绿灯路口', 'road:新明大街 road:建设大街 <crossing>'],
    // What stands there, and gates
    ['海山小区与彩虹小区之间', 'estate:海山小区 estate:彩虹小区'],
    ['南浦路道口', 'road:南浦路'],
    ['龙沙区市政府广场南侧人行道', 'district:龙沙区 landmark:市政府广场 <direction 180>'],
    ['金鼎花园5号楼3单元楼道', 'estate:金鼎花园 building:5 unit:3'],
    ['富区红岸公园东门', 'district:富拉尔基区 landmark:红岸公园'],
    ['龙沙区南门街12号', 'district:龙沙区 road:南门街 number:12'],
    // Where a division's name ends
    ['拜泉县县城中央街12号', 'district:拜泉县 road:中央街 number:12'],
    ['拜泉县城内中兴路路北', 'district:拜泉县 road:中兴路 <direction 0>'],
    ['拜泉县县城社区', 'district:拜泉县 community:县城社区'],
    ['建华区建华街道办事处光明社区二十一委', 'district:建华区 street:建华街道办事处 community:光明社区 group:21'],
    ['龙沙区豪庭国际小区3号楼', 'district:龙沙区 estate:豪庭国际小区 building:3'],
    ['龙沙区政府', 'landmark:龙沙区政府'],
    ['龙沙区公园路1号', 'district:龙沙区 road:公园路 number:1'],
    ['讷河市中心大街3号', 'district:讷河市 road:中心大街 number:3'],
    ['建华区法院家属楼2单元', 'district:建华区 estate:法院家属楼 unit:2'],
    ['向阳大街重型机器厂家属区12栋3号', 'road:向阳大街 estate:重型机器厂家属区 building:12 room:3'],
    ['一重厂前小区15街区', 'estate:一重厂前小区 estate:十五街区'],
    // Numbers
    ['西大街115号楼下', 'road:西大街 number:115'],
    ['海富大厦1501/1502', 'landmark:海富大厦 room:1501-1502'],
    ['锦湖家园2期8#楼1#门1802', 'estate:锦湖家园 phase:2 building:8 unit:1 room:1802'],
    ['向阳古城名邸8#院内', 'estate:向阳古城名邸 building:8'],
    ['G111国道1203公里+500米', 'road:一一一国道 number:K1203+500'],
    ['军工路齐医附属三院', 'road:军工路 landmark:齐医附属三院'],
    ['华丰路8号院1-2-3', 'road:华丰路 number:8 building:1 unit:2 room:3'],
  ])('%s', (text, expected) => expect(read(text)).toBe(expected));

  it.each(['龙沙区繁荣路 张三收', '六合镇永远村3组 刘某', '和平路3号 王某某'])('%s: the person is not kept', (text) => {
    const { elements, dropped } = parser.parse(text);
    expect(dropped.map(({ kind }) => kind)).toEqual(['person']);
    expect(elements.map(({ value }) => value).join()).not.toMatch(/张三|刘|王/);
  });
});
