/** What is reported: categories with limit, department, weight, season and the words people use. */
import type { Season } from './seasons.ts';
import { toCategory, type CategoryHead } from './tables/category.ts';
import type { DemoCategory } from './types.ts';

export interface CategoryRow extends DemoCategory {
  /** Relative frequency over the year. */
  weight: number;
  season: Season;
  /** `town` = only in built-up areas. */
  where: 'any' | 'town';
  phrases: string[];
}

// prettier-ignore
type Row = [...head: CategoryHead, weight: number, season: Season, where: 'any' | 'town', phrases: string];

// prettier-ignore
const ROWS: Row[] = [
  ['c01', '01001', '供水井盖', 'Water manhole cover', 12, 'water', 9, 'all', 'any', '供水井盖破损|供水井盖缺失，存在安全隐患|井盖松动，车辆经过异响'],
  ['c01', '01002', '污水井盖', 'Sewer manhole cover', 12, 'water', 10, 'all', 'any', '污水井盖下沉|污水井外溢，气味难闻|井盖移位'],
  ['c01', '01006', '雨水箅子', 'Storm drain grate', 24, 'water', 8, 'all', 'any', '雨水箅子堵塞|雨水箅子丢失|箅子断裂'],
  ['c01', '01012', '路灯', 'Street lamp', 48, 'public_works', 22, 'all', 'any', '路灯不亮|一段路灯夜间全部熄灭|灯杆倾斜'],
  ['c01', '01020', '热力井盖', 'Heating manhole cover', 12, 'heating', 4, 'frost', 'town', '热力井盖冒蒸汽|热力井盖破损'],
  ['c01', '01031', '供电设施', 'Power facility', 24, 'power', 6, 'all', 'any', '配电箱门敞开|电线垂落|变压器异响'],
  ['c02', '02003', '交通信号灯', 'Traffic signal', 4, 'traffic_police', 7, 'all', 'town', '信号灯不亮|信号灯倒计时异常|信号灯被树枝遮挡'],
  ['c02', '02008', '交通护栏', 'Traffic barrier', 48, 'traffic_police', 7, 'all', 'town', '护栏被撞倒|护栏缺失|护栏脏污'],
  ['c02', '02014', '公交站亭', 'Bus shelter', 72, 'transport', 6, 'all', 'any', '站亭玻璃破损|站牌信息脱落|候车座椅损坏'],
  ['c02', '02021', '道路标线标牌', 'Road signs and markings', 120, 'traffic_police', 5, 'thaw', 'any', '标线磨损看不清|指路牌倾斜'],
  ['c03', '03002', '公共厕所', 'Public toilet', 24, 'sanitation', 7, 'all', 'any', '公厕水龙头不出水|公厕冻堵无法使用|公厕无人清扫'],
  ['c03', '03005', '垃圾箱', 'Litter bin', 24, 'sanitation', 14, 'rubbish', 'any', '垃圾箱满冒|垃圾箱破损|果皮箱倒地'],
  ['c04', '04001', '行道树', 'Street tree', 72, 'parks', 10, 'grass', 'any', '行道树枝折断|树木枯死|树枝遮挡路灯'],
  ['c04', '04007', '绿地设施', 'Green space facility', 120, 'parks', 5, 'grass', 'town', '绿地护栏损坏|绿地座椅损坏|健身器材松动'],
  ['c05', '05004', '宣传栏', 'Notice board', 120, 'community', 3, 'all', 'any', '宣传栏玻璃破碎|宣传栏内容脱落'],
  ['e06', '06010', '暴露垃圾', 'Exposed rubbish', 24, 'sanitation', 105, 'rubbish', 'any', '有暴露垃圾无人清理|路边堆放生活垃圾|垃圾堆积，气味难闻|绿化带内有成袋垃圾'],
  ['e06', '06011', '积存垃圾渣土', 'Piled spoil', 48, 'sanitation', 36, 'rubbish', 'any', '堆有装修垃圾|渣土长期堆放|建筑垃圾占用人行道'],
  ['e06', '06012', '道路不洁', 'Dirty road', 12, 'sanitation', 52, 'rubbish', 'any', '路面污渍未清扫|道路遗撒|路面有油污'],
  ['e06', '06013', '道路破损', 'Broken road', 168, 'public_works', 40, 'thaw', 'any', '路面坑槽|路面翻浆|人行道砖松动破损|路面塌陷'],
  ['e06', '06020', '油烟污染', 'Cooking fumes', 48, 'urban_management', 10, 'barbecue', 'town', '露天烧烤油烟扰民|饭店油烟直排|烧烤摊烟雾大'],
  ['e06', '06023', '乱堆物料', 'Stacked materials', 48, 'urban_management', 30, 'all', 'any', '楼道堆放杂物|门前乱堆物料|堆放柴草杂物'],
  ['e06', '06027', '道路扬尘', 'Road dust', 12, 'sanitation', 14, 'dust', 'any', '车辆经过扬尘严重|裸土未苫盖扬尘|大风天沙尘堆积'],
  ['e06', '06031', '蚊蝇孳生', 'Mosquitoes and flies', 72, 'health', 8, 'mosquito', 'any', '积水坑蚊虫多|垃圾点苍蝇多|泡子边蚊虫孳生'],
  ['e07', '07001', '非法小广告', 'Illegal flyposting', 24, 'urban_management', 46, 'all', 'town', '楼道小广告|电线杆张贴小广告|墙面喷涂小广告'],
  ['e07', '07006', '违规户外广告', 'Improper billboard', 120, 'urban_management', 10, 'all', 'town', '广告牌松动|擅自设置广告牌|灯箱破损'],
  ['e08', '08002', '施工扰民', 'Construction noise', 12, 'housing', 14, 'grass', 'town', '夜间施工噪声|清晨施工噪声大|工地机械轰鸣'],
  ['e08', '08005', '工地扬尘', 'Site dust', 24, 'housing', 9, 'dust', 'any', '工地未湿法作业|物料未苫盖|出入口带泥上路'],
  ['e08', '08009', '无证掘路', 'Digging without permit', 72, 'public_works', 5, 'grass', 'town', '掘路后未恢复|无围挡开挖路面'],
  ['e09', '09003', '机动车乱停', 'Badly parked cars', 4, 'traffic_police', 62, 'all', 'town', '车辆占用人行道|车辆堵住单元门|消防通道被占'],
  ['e09', '09006', '占道经营', 'Street vending', 4, 'urban_management', 66, 'vending', 'town', '流动摊贩占道经营|店外经营占用人行道|早市散后摊位未撤'],
  ['e09', '09011', '非机动车乱停', 'Badly parked bicycles', 12, 'urban_management', 26, 'vending', 'town', '共享单车堆放|电动车乱停占盲道'],
  ['e09', '09015', '违法建设', 'Illegal building', 360, 'urban_management', 9, 'grass', 'any', '私搭棚厦|楼顶私建彩钢房|院墙外扩'],
  ['e10', '10001', '道路积雪结冰', 'Snow and ice', 12, 'sanitation', 88, 'snow', 'any', '路面结冰，行人滑倒|积雪未清|背街小巷冰包未铲|桥面结冰打滑|台阶积雪'],
  ['e10', '10002', '道路积水', 'Flooded road', 12, 'water', 15, 'flood', 'any', '暴雨后积水过膝|下穿桥积水|路面积水无法通行'],
  ['e10', '10006', '燃放烟花爆竹', 'Fireworks', 4, 'police', 7, 'fireworks', 'any', '禁放区燃放烟花|深夜燃放鞭炮|燃放后残屑未清'],
  ['e10', '10009', '自来水管破裂', 'Burst water main', 4, 'water', 8, 'frost', 'any', '水管破裂喷水|管道冻裂跑水结冰'],
  ['e10', '10014', '流浪犬扰民', 'Stray dogs', 72, 'police', 12, 'all', 'any', '流浪犬聚集|未拴绳犬只追人'],
  ['h20', '20101', '室温不达标', 'Cold rooms', 48, 'heating', 62, 'heating', 'town', '室内温度只有十五度|暖气不热，家有老人|顶楼暖气半截凉'],
  ['h20', '20102', '供暖管网漏水', 'Heating pipe leak', 12, 'heating', 12, 'heating', 'town', '暖气管漏水|楼道供暖管跑水'],
  ['h21', '21101', '物业服务', 'Property management', 120, 'housing', 42, 'all', 'town', '物业不作为|电梯停运|单元门损坏无人修|电梯困人后未检修'],
  ['h21', '21102', '房屋漏雨', 'Leaking roof', 240, 'housing', 11, 'flood', 'any', '屋顶漏雨|外墙渗水'],
  ['h21', '21105', '不动产登记', 'Title registration', 720, 'natural_resources', 5, 'all', 'any', '房证迟迟未办|登记信息有误'],
  ['h22', '22101', '拖欠工资', 'Unpaid wages', 240, 'labour', 12, 'frost', 'any', '工程结束未付工资|拖欠两个月工资'],
  ['h22', '22104', '社保待遇', 'Social insurance', 120, 'labour', 14, 'all', 'any', '养老金认证失败|医保报销咨询'],
  ['h23', '23101', '停水停电', 'Water or power cut', 12, 'water', 26, 'all', 'any', '突然停水|整栋楼停电|水压不足'],
  ['h23', '23104', '公交服务', 'Bus service', 72, 'transport', 11, 'all', 'town', '公交车久等不来|末班车提前收车'],
  ['h23', '23107', '噪声扰民', 'Noise', 24, 'police', 24, 'vending', 'town', '广场舞音量大|歌厅噪声扰民|底商音响扰民'],
  ['h24', '24101', '学校管理', 'Schools', 120, 'education', 9, 'all', 'any', '校门口拥堵|食堂质量问题|校外培训退费'],
  ['h24', '24104', '医疗服务', 'Health care', 72, 'health', 9, 'all', 'any', '挂号难|接种安排咨询'],
];

/** The categories of the story, unique by code. */
export const CATEGORIES: CategoryRow[] = ROWS.map(
  ([major, code, zh, en, limitHours, department, weight, season, where, phrases]) => ({
    ...toCategory([major, code, zh, en, limitHours, department]),
    weight,
    season,
    where,
    phrases: phrases.split('|'),
  }),
);
