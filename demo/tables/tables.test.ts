import { beforeAll, describe, expect, it } from 'vitest';
import { WorkCalendar } from '../../server/cases/time/workCalendar.ts';
import { dayOf } from '../calendar.ts';
import { buildDemoCity } from '../index.ts';
import type { DemoCity } from '../index.ts';
import { buildWorkYears } from './workYears.ts';

describe('the tables of the demonstration', () => {
  let city: DemoCity;
  beforeAll(() => {
    city = buildDemoCity({ seed: 1, scale: 0.002, until: new Date('2026-11-20T02:00:00Z') });
  });
  const codes = () => city.categories.map(({ code }) => code);

  it('know both kinds of the standard and what people call 12345 about, each once, with somebody to handle it', () => {
    const kinds = (kind: string) => city.categories.filter((category) => category.kind === kind).length;
    expect([kinds('component'), kinds('event'), kinds('hotline')]).toEqual([79, 64, 31]);
    expect(new Set(codes()).size).toBe(city.categories.length);
    const departments = new Set(city.departments.map(({ key }) => key));
    expect(city.categories.filter(({ departmentKey }) => !departments.has(departmentKey))).toEqual([]);
    const majors = new Set(city.categories.filter(({ kind }) => kind === 'hotline').map(({ majorZh }) => majorZh));
    for (const major of ['供暖保障', '住房物业', '劳动社保', '教育医疗']) expect(majors).toContain(major);
  });

  it('have a limit, a lead department and a rule for duplicates for every category', () => {
    const { limits, duties, duplicates } = city.rules;
    const base = limits.filter(({ condition, areaGrade }) => condition === '' && areaGrade === 0);
    expect(base.map(({ categoryCode }) => categoryCode).sort()).toEqual(codes().sort());
    const wide = duties.filter(({ districtCode }) => districtCode === null);
    expect(wide.map(({ categoryCode }) => categoryCode).sort()).toEqual(codes().sort());
    expect(duplicates.map(({ categoryCode }) => categoryCode).sort()).toEqual(codes().sort());
    const known = new Set(codes());
    expect([...limits, ...duties].filter(({ categoryCode }) => !known.has(categoryCode))).toEqual([]);
    const departments = new Set(city.departments.map(({ key }) => key));
    expect(
      duties
        .flatMap(({ departmentKey, assisting }) => [departmentKey, ...assisting])
        .filter((key) => !departments.has(key)),
    ).toEqual([]);
    expect(duties.filter(({ departmentKey, assisting }) => assisting.includes(departmentKey))).toEqual([]);
  });

  it.each([
    // The policy examples of one city: rubbish a working day, a dirty road five working hours, an illegal building fifteen working days.
    ['06010', '', 0, 1, 'working_day'],
    ['06012', '', 0, 5, 'working_hour'],
    ['09015', '', 0, 15, 'working_day'],
    ['09015', '', 1, 8, 'working_day'],
    ['09015', '', 3, 23, 'working_day'],
    ['09006', '', 0, 4, 'urgent_hour'],
    ['01001', '缺失或移位，危及安全', 0, 2, 'urgent_hour'],
  ])('limit of %s, condition "%s", grade %d', (code, condition, grade, value, unit) => {
    const found = city.rules.limits.filter(
      (l) => l.categoryCode === code && l.condition === condition && l.areaGrade === grade,
    );
    expect(found.map((l) => [l.value, l.unit])).toEqual([[value, unit]]);
  });

  it('grade districts and counties', () => {
    const grades = [...city.rules.areaGrades.values()];
    expect([1, 2, 3].map((grade) => grades.filter((one) => one === grade).length)).toEqual([4, 3, 9]);
  });
});

describe('the working calendar', () => {
  const years = buildWorkYears(dayOf(Date.parse('2026-11-20T02:00:00Z')));
  const calendar = new WorkCalendar('Asia/Shanghai', years);
  it.each([
    ['2026-02-14', true], // a Saturday before the Spring Festival, made up
    ['2026-02-16', false], // its eve
    ['2026-10-08', true], // the first Thursday after National Day
    ['2026-10-10', true], // a Saturday, made up
    ['2026-09-20', true], // a Sunday, made up
    ['2025-10-08', false],
    ['2025-10-11', true],
    // Not announced when this was written: the statutory days off alone.
    ['2027-02-05', false], // the eve of the Spring Festival
    ['2027-02-10', true],
    ['2027-10-03', false],
    ['2027-10-04', true],
    ['2028-04-04', false],
    ['2030-12-31', true],
  ])('%s', (day, works) => {
    expect(calendar.isWorkingDay(day)).toBe(works);
  });
  it('ends, and says so', () => {
    expect(() => calendar.isWorkingDay('2031-01-02')).toThrow(/2031/);
  });
});
