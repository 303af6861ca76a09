import { and, eq, sql } from 'drizzle-orm';
import type { Tx } from '#drizzle/client.ts';
import { record, recordVersion } from '#drizzle/schema/index.ts';
import { type ReadTable, type RecordReadRequest, type TableRow, tableOf } from './table-request.ts';

/** Records of a kind as they were at `asOf`, by code: each as its newest version of then. */
export async function readRecordTable(tx: Tx, orgId: string, request: RecordReadRequest): Promise<ReadTable> {
  const { kind, states, code, rows: list, fields, limit, asOf } = request;
  const found = await tx
    .selectDistinctOn([record.code], {
      code: record.code,
      state: recordVersion.state,
      version: recordVersion.version,
      data: recordVersion.data,
      at: recordVersion.at,
    })
    .from(record)
    .innerJoin(recordVersion, and(eq(recordVersion.recordId, record.id), eq(recordVersion.orgId, orgId)))
    .where(
      and(
        eq(record.orgId, orgId),
        eq(record.kind, kind),
        code === undefined ? undefined : eq(record.code, code),
        sql`${recordVersion.at} <= to_timestamp(${asOf}::float8 / 1000)`,
      ),
    )
    .orderBy(record.code, sql`${recordVersion.version} desc`);
  const then = found.filter((one) => states.length === 0 || states.includes(one.state));
  return tableOf(rowsOf(then, list), fields, limit);
}

interface Found {
  readonly code: string;
  readonly state: string;
  readonly version: number;
  readonly data: Record<string, unknown>;
  readonly at: Date;
}
/** `code`, `state`, `version` and `at` beside what the record holds; of a list, one row each of its rows. */
function* rowsOf(found: readonly Found[], list: string | undefined): Generator<TableRow> {
  let line = 0;
  for (const { data, ...own } of found) {
    const cells = { ...data, ...own };
    if (list === undefined) {
      yield { line: ++line, cells };
      continue;
    }
    const inner = data[list];
    for (const one of Array.isArray(inner) ? inner : []) yield { line: ++line, cells: { ...cells, [list]: one } };
  }
}
