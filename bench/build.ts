/** Makes cities to measure on: `npm run bench:build -- --records 3000000,300000000 --folder DIR`. */
import { parseArgs } from 'node:util';
import { buildCity } from './lib/buildCity.ts';
import { BENCH_FOLDER, startCluster } from './lib/cluster.ts';

const { values } = parseArgs({
  options: { records: { type: 'string', default: '10000000' }, folder: { type: 'string', default: BENCH_FOLDER } },
});
const cluster = await startCluster(values.folder);
try {
  for (const records of values.records.split(',').map(Number)) {
    console.log(`· a city of ${records.toLocaleString('en')} records`);
    const before = cluster.bytes();
    const built = await buildCity(cluster, records);
    const took = built.seconds === null ? 'it was there' : `${built.seconds.toFixed(0)} s`;
    console.log(
      `  ${built.records.toLocaleString('en')} records, ${took}, ${((cluster.bytes() - before) / 1e9).toFixed(1)} GB`,
    );
  }
} finally {
  cluster.stop();
}
