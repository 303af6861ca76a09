import { readRunEndpoint, startBacktestEndpoint } from './backtests.ts';
import { listAlarmsEndpoint } from './list-alarms.ts';
import { listEventsEndpoint } from './list-events.ts';
import { listTagsEndpoint } from './list-tags.ts';
import { readHistoryEndpoint } from './read-history.ts';
import { readResampledEndpoint, readRollupsEndpoint } from './read-rollups.ts';
import { changeRecordEndpoint, listRecordsEndpoint, readRecordEndpoint } from './records.ts';
import { writeEventsEndpoint } from './write-events.ts';
import { writeSamplesEndpoint } from './write-samples.ts';

/** Everything at `/api/v1`. A new address is a file with `defineEndpoint` and a line here. */
export const ENDPOINTS = [
  writeSamplesEndpoint,
  listTagsEndpoint,
  readHistoryEndpoint,
  readRollupsEndpoint,
  readResampledEndpoint,
  listAlarmsEndpoint,
  listEventsEndpoint,
  writeEventsEndpoint,
  startBacktestEndpoint,
  readRunEndpoint,
  listRecordsEndpoint,
  readRecordEndpoint,
  changeRecordEndpoint,
] as const;
