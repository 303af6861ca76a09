/** What is written piece by piece; a JSON document is no such thing, JSON lines are. */
export const SINK_FORMATS = ['csv', 'jsonl', 'parquet', 'arrow'] as const;
export type SinkFormat = (typeof SINK_FORMATS)[number];
export const MEDIA: Readonly<Record<SinkFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/x-ndjson; charset=utf-8',
  parquet: 'application/vnd.apache.parquet',
  arrow: 'application/vnd.apache.arrow.file',
};
