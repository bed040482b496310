import type { Knex } from 'knex';
import * as city from './20261123_01_city.ts';
import * as events from './20261123_02_events.ts';
import * as records from './20261123_03_records.ts';
import * as cases from './20261123_04_cases.ts';
import * as blocks from './20261124_01_blocks.ts';
import * as caseLights from './20261124_02_case_lights.ts';
import * as workflow from './20261125_01_workflow.ts';
import * as signals from './20261125_02_signals.ts';
import * as kpi from './20261125_03_kpi.ts';
import * as attachments from './20261125_04_attachments.ts';
import * as geocode from './20261125_05_geocode.ts';
import * as webhooks from './20261125_06_webhooks.ts';
import * as open311 from './20261126_01_open311.ts';
import * as federated from './20261126_02_federated.ts';
import * as scores from './20261126_03_scores.ts';
import * as grids from './20261126_04_grids.ts';
import * as snapshots from './20261128_01_snapshots.ts';
import * as signalRequests from './20261128_02_signal_requests.ts';
import * as collection from './20261128_03_collection.ts';
import * as stageDue from './20261128_05_stage_due.ts';
import * as tallyStreets from './20261128_06_tally_streets.ts';
import * as duplicateChild from './20261128_07_duplicate_child.ts';

export interface Migration {
  name: string;
  up(knex: Knex): Promise<void>;
  down(knex: Knex): Promise<void>;
}

/** The schema's history, oldest first. Append only. */
export const MIGRATIONS: Migration[] = [
  { name: '20261123_01_city', ...city },
  { name: '20261123_02_events', ...events },
  { name: '20261123_03_records', ...records },
  { name: '20261123_04_cases', ...cases },
  { name: '20261124_01_blocks', ...blocks },
  { name: '20261124_02_case_lights', ...caseLights },
  { name: '20261125_01_workflow', ...workflow },
  { name: '20261125_02_signals', ...signals },
  { name: '20261125_03_kpi', ...kpi },
  { name: '20261125_04_attachments', ...attachments },
  { name: '20261125_05_geocode', ...geocode },
  { name: '20261125_06_webhooks', ...webhooks },
  { name: '20261126_01_open311', ...open311 },
  { name: '20261126_02_federated', ...federated },
  { name: '20261126_03_scores', ...scores },
  { name: '20261126_04_grids', ...grids },
  { name: '20261128_01_snapshots', ...snapshots },
  { name: '20261128_02_signal_requests', ...signalRequests },
  { name: '20261128_03_collection', ...collection },
  { name: '20261128_05_stage_due', ...stageDue },
  { name: '20261128_06_tally_streets', ...tallyStreets },
  { name: '20261128_07_duplicate_child', ...duplicateChild },
];
