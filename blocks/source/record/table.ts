import { z } from '#blocks/sdk/index.ts';

/** A column that a table is read with, and where its values stand. */
export const tableFields = z
  .array(
    z.object({
      name: z.string().regex(/^[a-z][a-zA-Z0-9_]*$/),
      type: z.enum(['number', 'integer', 'boolean', 'text', 'time', 'json']),
      path: z.string().min(1).max(300),
      unit: z.string().min(1).optional(),
      unitPath: z.string().min(1).max(300).optional(),
      required: z.boolean().default(false),
    }),
  )
  .min(1)
  .max(200)
  .refine((list) => new Set(list.map((c) => c.name)).size === list.length, {
    message: 'two columns get the same name | 有两列使用了同一名称',
  })
  .refine((list) => list.every((c) => c.unitPath === undefined || c.unit !== undefined), {
    message: "a column with 'unitPath' needs the 'unit' to convert to | 给出 unitPath 时须给出目标单位 unit",
  });
type Fields = z.output<typeof tableFields>;

/** What the host answers: columns with null for what is missing, rows that were set aside, rows beyond the limit. */
export interface ReadTable {
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
  readonly refused: readonly { readonly line: number; readonly reason: string }[];
  readonly left: number;
}

/** Quality `uncertain:clipped`: there are more rows than were asked for. */
const CLIPPED = 0x42;

/** The frame of an answer, at the time of the row that asked. */
export function frameOf(answer: unknown, fields: Fields, at: number): Record<string, unknown> {
  const { columns, left } = answer as ReadTable;
  // `time` is the frame's own, unless it has a column of that name
  const out: Record<string, unknown> = { [fields.some((f) => f.name === 'time') ? 'at' : 'time']: at };
  if (left > 0) out.quality = CLIPPED;
  for (const { name, type } of fields) {
    const none = type === 'text' ? '' : type === 'json' ? null : Number.NaN;
    out[name] = (columns[name] ?? []).map((value) => value ?? none);
  }
  return out;
}

/** One row that says what was set aside; undefined when all of it was read. */
export function problemOf(answer: unknown, at: number): { time: number; reason: string; line: number; rows: number } | undefined {
  const { refused, left } = answer as ReadTable;
  const [first] = refused;
  if (first) return { time: at, reason: first.reason, line: first.line, rows: refused.length };
  return left > 0 ? { time: at, reason: 'more', line: 0, rows: left } : undefined;
}
