import type { AddressBase } from '../base/base.ts';
import { DIVISION_LEVELS } from '../base/divisionTree.ts';
import { MAX_TEXT } from '../kinds.ts';

/** The finest division that a text names and that is one only, within those above it that it names too; 0: none. */
export function namedDivision({ parser, tree }: AddressBase, text: string): number {
  const named = DIVISION_LEVELS.map((): number[] => []);
  for (const { divisionIds = [] } of parser.parse(text.slice(0, MAX_TEXT)).elements)
    for (const id of divisionIds) {
      const level = tree.levelOf(id);
      if (level !== null) named[DIVISION_LEVELS.indexOf(level)]!.push(id);
    }
  for (let level = DIVISION_LEVELS.length - 1; level >= 0; level--) {
    const fitting = named[level]!.filter((id) =>
      tree
        .pathOf(id)
        .every((above, at) => at >= level || above === 0 || named[at]!.length === 0 || named[at]!.includes(above)),
    );
    if (fitting.length === 1) return fitting[0]!;
  }
  return 0;
}
