/** Departments, sources and datasets of the demonstration city. */
import type { DemoDataset, DemoDepartment, DemoSource } from './types.ts';

export const DEPARTMENTS: DemoDepartment[] = [
  { key: 'urban_management', nameZh: '城市管理综合执法局', nameEn: 'Urban Management' },
  { key: 'sanitation', nameZh: '环境卫生服务中心', nameEn: 'Sanitation' },
  { key: 'public_works', nameZh: '市政设施管护中心', nameEn: 'Public Works' },
  { key: 'water', nameZh: '供排水集团', nameEn: 'Water and Drainage' },
  { key: 'heating', nameZh: '热力集团', nameEn: 'Heating' },
  { key: 'power', nameZh: '供电公司', nameEn: 'Power Supply' },
  { key: 'parks', nameZh: '园林绿化中心', nameEn: 'Parks and Greenery' },
  { key: 'traffic_police', nameZh: '交通警察支队', nameEn: 'Traffic Police' },
  { key: 'police', nameZh: '公安局', nameEn: 'Public Security' },
  { key: 'transport', nameZh: '交通运输局', nameEn: 'Transport' },
  { key: 'housing', nameZh: '住房和城乡建设局', nameEn: 'Housing and Construction' },
  { key: 'natural_resources', nameZh: '自然资源局', nameEn: 'Natural Resources' },
  { key: 'labour', nameZh: '人力资源和社会保障局', nameEn: 'Labour and Social Security' },
  { key: 'education', nameZh: '教育局', nameEn: 'Education' },
  { key: 'health', nameZh: '卫生健康委员会', nameEn: 'Health' },
  { key: 'community', nameZh: '街道社区办', nameEn: 'Streets and Communities' },
];

export const SOURCES: DemoSource[] = [
  { key: 'collector', nameZh: '采集员上报', nameEn: 'Grid collectors' },
  { key: 'hotline', nameZh: '12345 热线', nameEn: '12345 hotline' },
  { key: 'app', nameZh: '鹤汀码上报', nameEn: 'City code app' },
  { key: 'video', nameZh: '视频识别', nameEn: 'Video recognition' },
  { key: 'sensor', nameZh: '物联感知', nameEn: 'Sensors' },
  { key: 'police_grid', nameZh: '警格推送', nameEn: 'Police grid' },
];

/** Shares add up to 1 within each class. */
export const DATASETS: DemoDataset[] = [
  {
    key: 'population',
    nameZh: '人口基本信息',
    nameEn: 'Population register',
    classIndex: 0,
    theme: '人口',
    share: 0.42,
  },
  { key: 'legal_entities', nameZh: '法人单位', nameEn: 'Legal entities', classIndex: 0, theme: '法人', share: 0.16 },
  { key: 'title_deeds', nameZh: '不动产登记', nameEn: 'Title deeds', classIndex: 0, theme: '不动产', share: 0.24 },
  { key: 'licences', nameZh: '行政许可', nameEn: 'Licences and permits', classIndex: 0, theme: '法人', share: 0.18 },
  {
    key: 'ride_hailing',
    nameZh: '网约车订单',
    nameEn: 'Ride-hailing trips',
    classIndex: 1,
    theme: '出行',
    share: 0.38,
  },
  { key: 'retail', nameZh: '商贸网点经营', nameEn: 'Shops and catering', classIndex: 1, theme: '商贸', share: 0.37 },
  { key: 'utilities', nameZh: '水电气热用户', nameEn: 'Utility accounts', classIndex: 1, theme: '商贸', share: 0.25 },
  { key: 'grain_chain', nameZh: '粮食产业链', nameEn: 'Grain chain', classIndex: 2, theme: '产业链', share: 0.36 },
  {
    key: 'equipment_chain',
    nameZh: '装备制造供应链',
    nameEn: 'Equipment supply chain',
    classIndex: 2,
    theme: '产业链',
    share: 0.34,
  },
  { key: 'cold_chain', nameZh: '冷链物流', nameEn: 'Cold-chain logistics', classIndex: 2, theme: '产业链', share: 0.3 },
  {
    key: 'city_components',
    nameZh: '城市部件',
    nameEn: 'City components',
    classIndex: 3,
    theme: '城市管理',
    share: 0.4,
  },
  {
    key: 'standard_addresses',
    nameZh: '标准地址',
    nameEn: 'Standard addresses',
    classIndex: 3,
    theme: '标准地址',
    share: 0.35,
  },
  { key: 'grid_visits', nameZh: '网格走访', nameEn: 'Grid visits', classIndex: 3, theme: '城市管理', share: 0.25 },
  { key: 'cameras', nameZh: '视频点位', nameEn: 'Cameras', classIndex: 4, theme: '城市感知', share: 0.34 },
  { key: 'sensors', nameZh: '物联传感器', nameEn: 'Sensors', classIndex: 4, theme: '城市感知', share: 0.4 },
  {
    key: 'weather',
    nameZh: '气象水文站点',
    nameEn: 'Weather and water gauges',
    classIndex: 4,
    theme: '城市感知',
    share: 0.26,
  },
];
