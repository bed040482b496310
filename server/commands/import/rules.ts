import { importCalendar, importCategories, importDuty, type TableReport } from '../../cases/index.ts';
import { importScheme } from '../../kpi/index.ts';
import { oneFile, option, type ImportKind, type ImportRun } from './run.ts';

/** What an import of a table of rules did. @param taken what was taken. */
function tableLines(name: string, { file, rows, rejects }: TableReport, taken: string): string[] {
  const reasons = Object.entries(rejects.byReason).map(([reason, n]) => `${n} ${reason.replaceAll('_', ' ')}`);
  return [
    `${name} from ${file}`,
    `  rows read ${rows.read}: ${taken}; ${rows.rejected} rejected${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}`,
    ...(rejects.path === null ? [] : [`  rejects: ${rejects.path}`]),
  ];
}

async function runCategories(run: ImportRun): Promise<string[]> {
  const report = await importCategories(run.db, oneFile(run), { rejects: option(run, 'rejects') }, run.out);
  return tableLines('categories 类别', report, `${report.categories} categories, ${report.limits} limits`);
}

async function runDuty(run: ImportRun): Promise<string[]> {
  const report = await importDuty(run.db, oneFile(run), { rejects: option(run, 'rejects') }, run.out);
  return tableLines('duty matrix 职责矩阵', report, `${report.rows.taken} taken`);
}

async function runCalendar(run: ImportRun): Promise<string[]> {
  const { years, stages } = await importCalendar(run.db, oneFile(run));
  return [
    `working calendar 工作日历: years ${years.join(', ') || 'none'}; limits of stages: ${stages.join(', ') || 'none'}`,
  ];
}

async function runScores(run: ImportRun): Promise<string[]> {
  const { key, version } = await importScheme(run.db, oneFile(run));
  return [`score scheme 评分方案 ${key}: version ${version}`];
}

const categories: ImportKind = {
  usage: `hekan import categories FILE [--rejects FILE]
  CSV with the columns standard, kind (component, event, hotline), code, major_zh, name_zh, and major_en, name_en, department (its key),
  condition, area_grade, limit, unit where it has them. A category with several limits has several rows.`,
  options: ['rejects'],
  run: runCategories,
};

const duty: ImportKind = {
  usage: `hekan import duty FILE [--rejects FILE]
  CSV with standard, kind, code of a category, and division (its code; the whole city where empty), department (key of the lead one),
  assisting (keys, parted by ;), radius_m and window_hours (within which two open cases are proposed as one).`,
  options: ['rejects'],
  run: runDuty,
};

const calendar: ImportKind = {
  usage: `hekan import calendar FILE.json
  Working hours, holidays and make-up days by year, and the limits of stages: docs/workflow.md.`,
  options: [],
  run: runCalendar,
};

const scores: ImportKind = {
  usage: `hekan import scores FILE.json
  A scheme of scores: indicators with weights, and the bounds of grades: docs/indicators.md.`,
  options: [],
  run: runScores,
};

/** What the city has decided. */
export const RULE_KINDS = { categories, duty, calendar, scores };
