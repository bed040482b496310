import { CopyRows } from '../../db/index.ts';
import type { PlaceIndex } from './placeIndex.ts';
import { NO_PLACE, type RecordRows } from './rows.ts';

/** Bytes of a row without its key: 7 fields with their lengths. */
const ROW_BYTES = 56;

/** Columns of COPY, in the order in which copyRecords writes them. */
export const RECORD_COLUMNS = 'generation_id, cell, n, class, day, key, batch';

/** Rows for `copy … (RECORD_COLUMNS) from stdin (format binary)`. */
export function encodeRecords(
  rows: RecordRows,
  order: Int32Array,
  places: PlaceIndex,
  generation: number,
  batch: number,
): CopyRows {
  const { place, class: classes, day, keys, keyEnds, size } = rows;
  const out = new CopyRows(size * ROW_BYTES + (size === 0 ? 0 : keyEnds[size - 1]!));
  const { view, buffer } = out;
  let pos = 0;
  for (let i = 0; i < size; i++) {
    const row = order[i]!;
    view.setInt16(pos, 7);
    view.setInt32(pos + 2, 4);
    view.setInt32(pos + 6, generation);
    pos += 10;
    const at = place[row]!;
    if (at === NO_PLACE) {
      view.setInt32(pos, -1);
      view.setInt32(pos + 4, -1);
      pos += 8;
    } else {
      view.setInt32(pos, 8);
      view.setUint32(pos + 4, places.high[at]!);
      view.setUint32(pos + 8, places.low[at]!);
      view.setInt32(pos + 12, 4);
      view.setInt32(pos + 16, places.n[at]!);
      pos += 20;
    }
    view.setInt32(pos, 2);
    view.setInt16(pos + 4, classes[row]!);
    view.setInt32(pos + 6, 4);
    view.setInt32(pos + 10, day[row]!);
    const start = row === 0 ? 0 : keyEnds[row - 1]!;
    const end = keyEnds[row]!;
    view.setInt32(pos + 14, end - start);
    pos += 18;
    for (let k = start; k < end; k++) buffer[pos++] = keys[k]!;
    view.setInt32(pos, 4);
    view.setInt32(pos + 4, batch);
    pos += 8;
  }
  out.pos = pos;
  return out;
}
