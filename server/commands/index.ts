import { withDatabase, type Command } from './command.ts';
import { rebuildCommand, verifyCommand } from './counts.ts';
import { datasetCommand } from './dataset.ts';
import { demoCommand } from './demo.ts';
import { geocodeCommand } from './geocode.ts';
import { importCommand } from './import/index.ts';
import { webhookCommand } from './webhook.ts';
import { outletCommand } from './outlet.ts';
import { proposeCommand } from './propose.ts';
import { reportCommand } from './report.ts';
import { snapshotCommand } from './snapshot.ts';
import { serveCommand, startCommand } from './serve.ts';

const migrateCommand: Command = {
  usage: `hekan migrate
  Brings the schema up to this version. Safe to run twice, and by two processes at once.`,
  options: {},
  run: () =>
    withDatabase(async () => {
      console.log('· the schema is up to date');
      return 0;
    }),
};

export const COMMANDS = new Map<string, Command>([
  ['serve', serveCommand],
  ['start', startCommand],
  ['demo', demoCommand],
  ['migrate', migrateCommand],
  ['import', importCommand],
  ['geocode', geocodeCommand],
  ['propose', proposeCommand],
  ['dataset', datasetCommand],
  ['outlet', outletCommand],
  ['rebuild', rebuildCommand],
  ['verify', verifyCommand],
  ['snapshot', snapshotCommand],
  ['report', reportCommand],
  ['webhook', webhookCommand],
]);
