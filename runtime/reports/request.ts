import { z } from 'zod';

/** The same shape as texts of a graph; this room knows no other. */
const words = z.object({ en: z.string().min(1).max(300), zh: z.string().min(1).max(300) });
const name = z
  .string()
  .regex(/^[a-zA-Z][a-zA-Z0-9_]*$/)
  .max(80);

/** A table with what is said about it, and maybe a chart. More rows than this are a history, which has an export of its own. */
export const MOST_ROWS = 5_000;

export const reportRequest = z
  .object({
    title: words,
    /** Number of the document that it becomes; the same number again is refused. */
    code: z.string().min(1).max(120),
    /** Epoch ms: what the report is about. */
    from: z.number(),
    to: z.number(),
    zone: z.string().max(60).default('UTC'),
    language: z.enum(['en', 'zh', 'both']).default('both'),
    formats: z
      .array(z.enum(['pdf', 'xlsx']))
      .min(1)
      .max(2),
    columns: z
      .array(
        z.object({
          name,
          title: words,
          unit: z.string().max(60).default(''),
          type: z.enum(['number', 'time', 'text']).default('number'),
        }),
      )
      .min(1)
      .max(12),
    /** One array per column, all of one length. */
    data: z.record(name, z.array(z.union([z.number(), z.string().max(2_000), z.null()])).max(MOST_ROWS)),
    chart: z.object({ kind: z.enum(['line', 'bar']), x: name, y: z.array(name).min(1).max(6) }).nullish(),
    /** A channel of the kind e-mail takes it along; empty = nobody is told. */
    channel: z.string().max(60).default(''),
  })
  .superRefine((r, context) => {
    const lengths = new Set(r.columns.map((c) => r.data[c.name]?.length ?? -1));
    if (lengths.size > 1 || lengths.has(-1))
      context.addIssue({ code: 'custom', path: ['data'], message: 'every column needs as many values as the others' });
    const known = new Set(r.columns.map((c) => c.name));
    for (const used of r.chart ? [r.chart.x, ...r.chart.y] : [])
      if (!known.has(used)) context.addIssue({ code: 'custom', path: ['chart'], message: `there is no column ${used}` });
    if (!(r.from <= r.to)) context.addIssue({ code: 'custom', path: ['from'], message: 'the period ends before it begins' });
    try {
      new Intl.DateTimeFormat('en', { timeZone: r.zone });
    } catch {
      context.addIssue({ code: 'custom', path: ['zone'], message: `there is no time zone ${r.zone}` });
    }
  });
export type ReportRequest = z.output<typeof reportRequest>;
export type ReportFormat = ReportRequest['formats'][number];
export interface ReportFacts {
  /** Of the app and its machine: `Shift report · C-101`. */
  readonly by: string;
  /** Its values come from a simulation. */
  readonly simulated: boolean;
  /** Epoch ms. */
  readonly made: number;
}
