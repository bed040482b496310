import type { RecordClass } from '../../server/api/shapes.ts';
import type { Dataset } from '../state/drawer.svelte.ts';

/** A line of the panel: one dataset, or what is left of a class taken together. */
export interface DatasetLine {
  key: string;
  dataset: Dataset | null;
  /** Datasets in it. */
  n: number;
  numerator: number;
  denominator: number;
}

/** Lines that a class takes with its name and count beside them. */
const LEAST_LINES = 2;

const lineOf = (dataset: Dataset): DatasetLine => ({
  key: dataset.key,
  dataset,
  n: 1,
  numerator: dataset.annotated.numerator,
  denominator: dataset.annotated.denominator,
});

const sumOf = (key: string, lines: readonly DatasetLine[]): DatasetLine => ({
  key,
  dataset: null,
  n: lines.length,
  numerator: lines.reduce((sum, line) => sum + line.numerator, 0),
  denominator: lines.reduce((sum, line) => sum + line.denominator, 0),
});

/** The datasets of a class, the largest first. */
export const linesOf = (datasets: readonly Dataset[], name: RecordClass): DatasetLine[] =>
  datasets
    .filter((dataset) => dataset.class === name)
    .map(lineOf)
    .sort((a, b) => b.denominator - a.denominator || (a.key < b.key ? -1 : 1));

/**
 * As many datasets of each class as there is room for: where there is too little for all, each class shows its largest, and the
 * others in one line.
 * @param room lines that there is room for in all.
 * @returns lines by class, in the order given; null where the room does not do for any: then only classes are shown.
 */
export function fitLines(classes: readonly (readonly DatasetLine[])[], room: number): DatasetLine[][] | null {
  const most = Math.max(0, ...classes.map((lines) => lines.length));
  for (let cap = Math.max(most, LEAST_LINES); cap >= LEAST_LINES; cap--) {
    const fitted = classes.map((lines) =>
      lines.length <= cap ? [...lines] : [...lines.slice(0, cap - 1), sumOf('rest', lines.slice(cap - 1))],
    );
    if (fitted.reduce((sum, lines) => sum + Math.max(LEAST_LINES, lines.length), 0) <= room) return fitted;
  }
  return null;
}
