import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ColumnSchema } from '#runtime/batch/schema.ts';
import type { GraphDocumentInput } from '#runtime/graph/document.ts';
import type { AlarmCondition, EffectRequest } from '#runtime/step/contract.ts';
import { z } from './index.ts';

/** What a case file holds: parameters and input rows, and what must come out. A process engineer writes it; unknown words are refused. */

/**
 * One row of a case: `time` (ms or ISO text), `key`, the columns, `<column>.quality` as text; `port` where the block has several. `tick: true`
 * only moves the clock; `answer` is what the host says to an effect.
 */
export interface CaseRow {
  readonly time?: number | string;
  readonly clock?: number | string;
  readonly key?: string;
  readonly port?: string;
  readonly tick?: boolean;
  readonly answer?: { readonly id?: string; readonly ok: boolean; readonly value?: unknown; readonly reason?: string };
  readonly [column: string]: unknown;
}

/** A wrong parameter or a disturbed input with which the same expectation must fail: it shows that the case can tell right from wrong. */
export interface Falsifier {
  readonly why?: string;
  /** Instead of these parameters of the case. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** Instead of these columns of the input row with this number, counted from 0. */
  readonly input?: readonly (Readonly<Record<string, unknown>> & { readonly row: number })[];
}

export interface BlockCase {
  readonly title: string;
  /** Where the expected values come from: a standard, a paper, a certified table, a closed form, another implementation. */
  readonly source: string;
  readonly params?: Readonly<Record<string, unknown>>;
  /** Tag roles of the app, for blocks that name one. */
  readonly roles?: GraphDocumentInput['roles'];
  /** Columns of each input beyond or instead of the block's own declaration: type and unit. */
  readonly columns?: Readonly<Record<string, ColumnSchema | Readonly<Record<string, ColumnSchema>>>>;
  readonly input: readonly CaseRow[];
  /** By output port (a single output is `out`); only the fields given are compared. */
  readonly expected?: Readonly<Record<string, readonly CaseRow[]>> | readonly CaseRow[];
  readonly alarms?: readonly Partial<AlarmCondition>[];
  readonly effects?: readonly Partial<EffectRequest>[];
  readonly late?: number;
  readonly dead?: number;
  /** Absolute, or relative for values beyond 1. Default 1e-9. */
  readonly tolerance?: number;
  readonly seed?: number;
  /** `real`: what the block has the host compute is computed, with models that lie as `cases/*.onnx`; else the case gives `answer` rows. */
  readonly compute?: 'real';
  readonly falsifier?: Falsifier;
}

const record = z.record(z.string(), z.unknown());
const rows = z.array(record);
const caseFile = z.strictObject({
  title: z.string().min(1),
  source: z.string().min(1),
  params: record.optional(),
  roles: z.array(z.unknown()).optional(),
  columns: record.optional(),
  input: rows,
  expected: z.union([rows, z.record(z.string(), rows)]).optional(),
  alarms: rows.optional(),
  effects: rows.optional(),
  late: z.int().min(0).optional(),
  dead: z.int().min(0).optional(),
  tolerance: z.number().min(0).optional(),
  seed: z.int().optional(),
  compute: z.literal('real').optional(),
  falsifier: z
    .strictObject({
      why: z.string().optional(),
      params: record.optional(),
      input: z.array(z.looseObject({ row: z.int().min(0) })).optional(),
    })
    .optional(),
});

/** The cases of a block's folder, in the order of their file names. @throws Error that names the file and what is wrong in it */
export function readCases(folder: string): BlockCase[] {
  const cases = join(folder, 'cases');
  if (!existsSync(cases)) return [];
  return readdirSync(cases)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .flatMap((file) => {
      const found = z
        .union([caseFile.transform((one) => [one]), z.array(caseFile)])
        .safeParse(JSON.parse(readFileSync(join(cases, file), 'utf8')));
      if (!found.success) throw new Error(`cases/${file}: ${z.prettifyError(found.error)}`);
      return found.data as unknown as BlockCase[];
    });
}

/** The case with its falsifier put in. */
export function falsified(test: BlockCase): BlockCase {
  const { params, input = [] } = test.falsifier ?? {};
  return {
    ...test,
    params: { ...test.params, ...params },
    input: test.input.map((row, i) => {
      const { row: _, ...instead } = input.find((change) => change.row === i) ?? { row: i };
      return { ...row, ...instead };
    }),
  };
}
