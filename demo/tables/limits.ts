/** Time limits of the demonstration: by category, condition and grade of the area, and of each stage. */
import type { DemoCategory, DemoRules } from '../types.ts';

type Limits = DemoRules['limits'];
const DAY_HOURS = 24;

/** Conditions that need more haste than their category, in hours of the 24 x 7 clock. */
// prettier-ignore
const URGENT: [codes: string, condition: string, hours: number][] = [
  ['01001 01002 01003 01004 01007 01008 01009 01010 01020 01006', '缺失或移位，危及安全', 2],
  ['01012 01015 01031', '漏电或倾倒危险', 2],
  ['02003', '主干路口全部熄灭', 1],
  ['04001 04002', '折断，占用车道', 4],
  ['06013 06012', '主干路，影响通行', 12],
  ['07006 07005', '松动，有坠落危险', 4],
  ['10001', '主干路、桥面和坡道', 4],
  ['10002', '积水超过三十厘米', 2],
  ['20101 20104', '家有老人、婴儿或病人', 12],
  ['21101', '电梯困人', 1],
  ['22101', '涉及十人以上', 72],
  ['23101', '医院、学校和养老院', 4],
];

/** Limits of the stages before and after handling. */
export const STAGE_LIMITS: DemoRules['stages'] = [
  { stage: 'verify', value: 2, unit: 'working_hour' },
  { stage: 'filing', value: 1, unit: 'working_hour' },
  { stage: 'dispatch', value: 1, unit: 'working_hour' },
  { stage: 'check', value: 4, unit: 'working_hour' },
];

/** Half a day is five working hours, a day one working day; four hours and less run round the clock. */
function inWorkingTime(hours: number): Pick<Limits[number], 'value' | 'unit'> {
  if (hours <= 4) return { value: hours, unit: 'urgent_hour' };
  if (hours < DAY_HOURS) return { value: 5, unit: 'working_hour' };
  return { value: Math.ceil(hours / DAY_HOURS), unit: 'working_day' };
}

/** Events are handled sooner where the city is dense, and later in the counties. */
function* byArea({ kind, code, limitHours }: DemoCategory): Generator<Limits[number]> {
  const limit = (areaGrade: number, hours: number) => ({
    categoryCode: code,
    condition: '',
    areaGrade,
    ...inWorkingTime(hours),
  });
  yield limit(0, limitHours);
  if (kind !== 'event' || limitHours < DAY_HOURS) return;
  if (limitHours > DAY_HOURS) yield limit(1, Math.ceil(limitHours / DAY_HOURS / 2) * DAY_HOURS);
  yield limit(3, Math.ceil((limitHours / DAY_HOURS) * 1.5) * DAY_HOURS);
}

/** Every limit of the table. */
export function buildLimits(categories: readonly DemoCategory[]): Limits {
  const urgent = URGENT.flatMap(([codes, condition, value]) =>
    codes
      .split(' ')
      .map((categoryCode) => ({ categoryCode, condition, areaGrade: 0, value, unit: 'urgent_hour' as const })),
  );
  return [...categories.flatMap((category) => [...byArea(category)]), ...urgent];
}
