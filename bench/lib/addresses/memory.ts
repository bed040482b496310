/** What an address base holds of memory: a process that builds one, lets go of all else, and says what is left. Run with --expose-gc and
 * the number of addresses; prints JSON. */
import { AddressBase } from '../../../server/geocode/index.ts';
import { buildAddressCity, standardText } from './city.ts';

const MB = 1e6;

function memory() {
  for (let i = 0; i < 3; i++) gc?.();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return { heapMb: heapUsed / MB, arrayBuffersMb: arrayBuffers / MB, rssMb: rss / MB };
}

/** The city itself is gone when this returns. */
function build(size: number): AddressBase {
  const { divisions, addresses } = buildAddressCity(20261124, size, true);
  const base = new AddressBase({ divisions });
  for (const a of addresses.slice(0, size))
    base.add({ code: a.code, text: standardText(a), lng: a.lng, lat: a.lat, divisionId: a.divisionId });
  base.placeNames.like('中华');
  base.roadNames.like('中华');
  return base;
}

const before = memory();
const base = build(Number(process.argv[2] ?? 1_000_000));
const after = memory();
console.log(
  JSON.stringify({
    addresses: base.rows,
    /** Objects and strings, and columns and tables. */
    heapMb: after.heapMb - before.heapMb,
    arrayBuffersMb: after.arrayBuffersMb - before.arrayBuffersMb,
    mb: after.heapMb + after.arrayBuffersMb - before.heapMb - before.arrayBuffersMb,
    rssBeforeMb: before.rssMb,
    /** With what building it left to the allocator. */
    rssAfterMb: after.rssMb,
  }),
);
