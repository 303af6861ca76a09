import type { Database } from '#drizzle/client.ts';
import type { SeriesType } from '#drizzle/schema/history.ts';
import type { ColumnSchema } from '#runtime/batch/schema.ts';
import type { OutputColumns, OutputsEntry } from '#runtime/log/contract.ts';

/** Column name of a frame output's series: the whole table is one sample. */
export const FRAME_COLUMN = '*';

export const seriesType = (schema: ColumnSchema): SeriesType =>
  schema.type === 'decimal' ? 'number' : schema.type === 'blob' ? 'json' : schema.type;

export const outputColumnNames = (o: OutputColumns): readonly string[] =>
  o.schema.kind === 'frame' ? [FRAME_COLUMN] : Object.keys(o.schema.columns);

interface Owner {
  readonly instanceId: string;
  readonly orgId: string;
}
const name = (instanceId: string, output: string, column: string, key: string) =>
  JSON.stringify([instanceId, output, column, key]);

/** Ids of computed series, made when an output is first seen. Nothing is ever renamed, so what is known stays true. */
export class SeriesIds {
  private readonly sql: Database['sql'];
  private readonly owners = new Map<number, Owner | undefined>();
  private readonly ids = new Map<string, number>();
  constructor(sql: Database['sql']) {
    this.sql = sql;
  }

  /** Undefined when the shard is gone: its app was uninstalled, and its outputs with it. */
  owner(shardId: number): Owner | undefined {
    return this.owners.get(shardId);
  }
  id(owner: Owner, output: string, column: string, key: string): number | undefined {
    return this.ids.get(name(owner.instanceId, output, column, key));
  }

  /** Makes sure that `owner` and `id` know everything in these entries. */
  async learn(entries: readonly OutputsEntry[]): Promise<void> {
    const shards = [...new Set(entries.map((e) => e.shardId))].filter((s) => !this.owners.has(s));
    if (shards.length) {
      const rows = await this.sql<{ id: number; instanceId: string; orgId: string }[]>`
        select id, instance_id as "instanceId", org_id as "orgId" from shard where id = any(${shards}::int4[])`;
      for (const shard of shards) this.owners.set(shard, undefined);
      for (const row of rows) this.owners.set(row.id, row);
    }
    const missing = new Map<
      string,
      { owner: Owner; output: string; column: string; key: string; type: string; unit: string | null }
    >();
    for (const entry of entries) {
      const owner = this.owners.get(entry.shardId);
      if (!owner) continue;
      for (const o of entry.outputs)
        for (const column of outputColumnNames(o))
          for (const key of new Set(o.key)) {
            const id = name(owner.instanceId, o.name, column, key);
            if (this.ids.has(id)) continue;
            const schema = o.schema.columns[column];
            missing.set(id, {
              owner,
              output: o.name,
              column,
              key,
              type: schema ? seriesType(schema) : 'frame',
              unit: schema?.unit ?? null,
            });
          }
    }
    if (missing.size === 0) return;
    const m = [...missing.values()];
    // The no-op update makes `returning` give rows that were there already; a changed unit is a new version of the app's own meaning.
    const rows = await this.sql<{ id: number; instanceId: string; output: string; column: string; key: string }[]>`
      insert into series (org_id, instance_id, output, column_name, key, type, unit)
      select u.org_id, u.instance_id, u.output, u.column_name, u.key, u.type, u.unit
      from unnest(${m.map((x) => x.owner.orgId)}::text[], ${m.map((x) => x.owner.instanceId)}::uuid[], ${m.map((x) => x.output)}::text[],
        ${m.map((x) => x.column)}::text[], ${m.map((x) => x.key)}::text[], ${m.map((x) => x.type)}::text[], ${m.map((x) => x.unit)}::text[])
        as u(org_id, instance_id, output, column_name, key, type, unit)
      join instance i on i.id = u.instance_id
      on conflict (instance_id, output, column_name, key) do update set type = excluded.type, unit = excluded.unit
      returning id, instance_id as "instanceId", output, column_name as column, key`;
    for (const row of rows) this.ids.set(name(row.instanceId, row.output, row.column, row.key), row.id);
  }
}
