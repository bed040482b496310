import type { Level } from '../../server/api/shapes.ts';
import type { ThemeKey, ThemeTable } from '../charts/divisionTheme.ts';
import { api } from './api.ts';

/** What colours the divisions of a level. @param parent whose divisions; null: the whole city's. */
export async function fetchTheme(
  key: ThemeKey,
  level: Level,
  parent: number | null,
  signal: AbortSignal,
): Promise<ThemeTable> {
  return key === 'quality'
    ? { key, table: await api.quality(level, parent, signal) }
    : { key, table: await api.dataGrid(level, parent, signal) };
}
