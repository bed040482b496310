/** What looks wrong in a signal, for whoever looks after its outlet. Nothing is put right by itself. */
export const SIGNAL_FLAGS = ['zero', 'swapped', 'outside_city', 'time_odd', 'looks_gcj02'] as const;
export type SignalFlag = (typeof SIGNAL_FLAGS)[number];

const OF_PROBLEM: ReadonlyMap<string, SignalFlag> = new Map([
  ['position_zero', 'zero'],
  ['position_swapped', 'swapped'],
  ['position_outside_the_city', 'outside_city'],
  ['position_out_of_range', 'outside_city'],
]);

/** Flags that a signal gives away by itself. */
export function ownFlags(problem: string | null, inTime: boolean): SignalFlag[] {
  const flag = OF_PROBLEM.get(problem ?? '');
  return [...(flag ? [flag] : []), ...(inTime ? [] : (['time_odd'] as const))];
}
