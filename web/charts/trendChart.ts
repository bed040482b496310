import uPlot from 'uplot';
import type { DayRow } from '../state/trend.ts';

export interface TrendLook {
  /** Root font size, px. */
  rem: number;
  font: string;
  text: string;
  line: string;
  accepted: string;
  closed: string;
}

type Column = (number | null)[];

/** Columns for uPlot: days as UTC seconds; the last, unfinished day stands apart so that it is drawn dashed. */
export function trendColumns(rows: readonly DayRow[], endsToday: boolean): [number[], ...Column[]] {
  const last = rows.length - 1;
  const solid = (value: (row: DayRow) => number): Column =>
    rows.map((row, i) => (endsToday && i === last ? null : value(row)));
  const dashed = (value: (row: DayRow) => number): Column =>
    rows.map((row, i) => (endsToday && i >= last - 1 ? value(row) : null));
  return [
    rows.map((row) => Date.parse(`${row.day}T00:00:00Z`) / 1000),
    solid((row) => row.accepted),
    solid((row) => row.closedOn),
    dashed((row) => row.accepted),
    dashed((row) => row.closedOn),
  ];
}

/** A chart that fills its element; `onHover` gets the index of the day under the pointer. */
export function createTrend(
  el: HTMLElement,
  data: [number[], ...Column[]],
  look: TrendLook,
  onHover: (index: number | null) => void,
): uPlot {
  const font = `${Math.round(look.rem * 0.75)}px ${look.font}`;
  const axis = { stroke: look.text, font, ticks: { show: false }, labelFont: font };
  const width = Math.max(1.5, look.rem / 10);
  const dash = [look.rem / 4, look.rem / 4];
  const series = (stroke: string, extra: Partial<uPlot.Series> = {}): uPlot.Series => ({
    stroke,
    width,
    points: { show: false },
    ...extra,
  });
  return new uPlot(
    {
      width: Math.max(50, el.clientWidth),
      height: Math.max(50, el.clientHeight),
      padding: [look.rem * 0.6, look.rem * 1.2, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: look.rem * 0.5 } },
      tzDate: (ts) => uPlot.tzDate(new Date(ts * 1000), 'Etc/UTC'),
      scales: { y: { range: (_u, _min, max) => [0, Math.max(4, max * 1.08)] } },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: look.rem * 1.7,
          gap: look.rem * 0.3,
          space: look.rem * 4.5,
          values: (_u, splits) => splits.map((s) => new Date(s * 1000).toISOString().slice(5, 10)),
          incrs: [1, 2, 5, 7, 14, 30, 61, 91].map((days) => days * 86_400),
        },
        {
          ...axis,
          grid: { stroke: look.line, width: 1 },
          size: look.rem * 3.4,
          gap: look.rem * 0.4,
          space: look.rem * 1.5,
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000],
          values: (_u, splits) => splits.map((n) => n.toLocaleString('en-US')),
        },
      ],
      series: [
        {},
        series(look.accepted, { fill: `${look.accepted}1f` }),
        series(look.closed, { width: width * 0.8 }),
        series(look.accepted, { dash }),
        series(look.closed, { dash, width: width * 0.8 }),
      ],
      hooks: { setCursor: [(u) => onHover(u.cursor.idx ?? null)] },
    },
    data,
    el,
  );
}
