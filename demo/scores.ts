import type { ScoreScheme } from '../server/kpi/score.ts';

/** How the demonstration city scores its districts and departments. */
export const DEMO_SCHEME: ScoreScheme = {
  key: 'default',
  nameZh: '城市管理综合评价',
  nameEn: 'City management evaluation',
  indicators: [
    { id: 'on_time_closure', weight: 30, direction: 'higher' },
    { id: 'on_time_disposal', weight: 25, direction: 'higher' },
    { id: 'closure', weight: 15, direction: 'higher' },
    { id: 'rework', weight: 10, direction: 'lower' },
    { id: 'return', weight: 5, direction: 'lower' },
    { id: 'accurate_dispatch', weight: 5, direction: 'higher' },
    { id: 'satisfaction', weight: 10, direction: 'higher' },
  ],
  bounds: [90, 80, 70, 60],
};
