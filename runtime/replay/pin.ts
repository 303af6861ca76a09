import type { GraphDocument } from '#runtime/graph/document.ts';
import type { Moments } from './moments.ts';
import type { ReplayReport } from './report.ts';

/** Recorded data that a person holds on to while editing: every change of the graph runs on it. All times are epoch ms. */
export type PinSource =
  /** Tags of the plant over a window, as corrected. */
  | {
      readonly kind: 'history';
      readonly assetId: string;
      /** Record key of the values: the asset's code. */
      readonly key: string;
      readonly bindings: Readonly<Record<string, { readonly tagId: number } | null>>;
      readonly window: { readonly from: number; readonly to: number };
    }
  /** A table that a person dropped: which column is the time, and which is which role. */
  | PinFile
  /** What an app of the platform is proven with: an input of its proof by role. */
  | { readonly kind: 'sample'; readonly slug: string; readonly run: string }
  /** What the running version did, step by step, from its own journal where that reaches. */
  | {
      readonly kind: 'past';
      readonly instanceId: string;
      readonly window: { readonly from: number; readonly to: number };
    };

export interface PinFile {
  readonly kind: 'file';
  /** Content of the stored file. */
  readonly hash: string;
  /** Its end says what it is. */
  readonly name: string;
  readonly key: string;
  /** Absent: only its columns are asked for. */
  readonly columns?: {
    readonly time: string;
    /** Of times that name no zone, east of Greenwich. */
    readonly offsetMinutes: number;
    readonly roles: Readonly<Record<string, { readonly column: string; readonly unit?: string }>>;
  };
}

export interface PinFault {
  readonly code: string;
  readonly message: string;
  readonly zh?: string;
  readonly node?: string;
  readonly line?: number;
}

/** A column of a dropped file, as a person is shown it to say what it is. */
export interface FileColumn {
  readonly name: string;
  /** From brackets behind the name. */
  readonly unit?: string;
  readonly kind: 'time' | 'number' | 'text';
  /** Its first values. */
  readonly sample: readonly string[];
}
export interface FileFacts {
  readonly rows: number;
  readonly columns: readonly FileColumn[];
  /** Rows that are none, the first with its reason. */
  readonly refused: { readonly count: number; readonly line?: number; readonly reason?: string };
}

export interface PinReport extends ReplayReport {
  readonly moments: Moments;
  readonly pinned: {
    /** Rows were in the worker's memory already. */
    readonly held: boolean;
    readonly readMs: number;
    readonly compileMs: number;
    readonly runMs: number;
    /** Nodes that were computed again; absent = all. */
    readonly again?: readonly string[];
    /** Values of a file that could not be read and came as bad. */
    readonly badCells?: number;
  };
}

export type PinAnswer =
  /** `graph`: what ran, where the question did not say. */
  | { readonly kind: 'report'; readonly report: PinReport; readonly graph?: GraphDocument }
  | { readonly kind: 'columns'; readonly file: FileFacts }
  | { readonly kind: 'fault'; readonly fault: PinFault };

/** What one person may have in a worker's memory, and all of them together: rows of all sources. */
export const PIN_LIMITS = { rows: 1_000_000, allRows: 4_000_000, fileBytes: 64 * 1024 * 1024 } as const;
