import type { z } from 'zod';
import type { ColumnType, WireKind } from '#runtime/batch/schema.ts';
import type { Bilingual } from './document.ts';

/**
 * A block as plain data: what the palette shows, the inspector walks, the checks judge and a package stores.
 * Built from the block's definition by `blocks/catalogue/manifest.ts`; nothing here needs the block's code.
 */

/**
 * Where the unit of a column comes from.
 * On an input: the unit the code needs (the wire is converted); absent = any. On an output: the unit of what the block gives.
 */
export type UnitRule =
  | string
  | { readonly same: string } // the unit of this input column (`value`; with several inputs `port.column`)
  | { readonly per: readonly [string, string] } // unit of the column, divided by a UCUM unit
  | { readonly times: readonly [string, string] } // unit of the column, times a UCUM unit
  | { readonly param: string } // the text value of this parameter
  | { readonly role: string; readonly or?: string }; // the unit of the tag role that this parameter names, else the text value of parameter `or`

export interface ColumnManifest {
  readonly type: ColumnType;
  readonly unit?: UnitRule;
  readonly optional?: boolean;
  readonly scale?: number;
}

/** A parameter that lists columns: `{ name, from?, type?, unit? }` each. */
export interface ColumnList {
  readonly param: string;
  /** Field with the name on the wire, of an input; absent = `from`. */
  readonly from?: string;
  /** Type of an output column by the value of one field; a value that is not named leaves the input's type. */
  readonly typeBy?: { readonly field: string; readonly types: Readonly<Record<string, ColumnType>> };
}

export interface PortManifest {
  readonly kind: WireKind;
  readonly columns: Readonly<Record<string, ColumnManifest>>;
  /** Of an input: the parameter that names further columns of numbers which the block reads. */
  readonly listed?: string;
  /** Columns listed by parameters. */
  readonly columnsFrom?: readonly ColumnList[];
  /** Of an output: its columns where the parameters list none. */
  readonly otherwise?: Readonly<Record<string, ColumnManifest>>;
  /** Column `value`, typed and united by the tag role that this parameter names. */
  readonly columnsFromRole?: string;
}

export interface StateManifest {
  readonly kind: 'f64' | 'i32' | 'f64s' | 'i32s' | 'json';
  /** Length of an array field: a number, or a parameter's value plus a constant. */
  readonly size?: number | { readonly param: string; readonly plus?: number };
  /** `NaN` and infinities as text, so that the manifest is JSON. */
  readonly init: unknown;
}

export type CombineRule = 'latest' | 'exact' | { readonly align: { readonly tolerance: string; readonly lateness?: string } };

export type SourceRule =
  | { readonly kind: 'tag'; readonly role: string }
  | { readonly kind: 'form'; readonly form: string }
  | { readonly kind: 'schedule'; readonly schedule: string }
  | { readonly kind: 'event'; readonly event: string };

export interface BlockManifest {
  /** Publisher-qualified, `millwright/series.ewma`. */
  readonly id: string;
  readonly version: string;
  readonly title: Bilingual;
  readonly summary: Bilingual;
  readonly words?: Bilingual;
  readonly icon: string;
  /** By version: what is different in it from the one before. */
  readonly changes?: Readonly<Record<string, Bilingual>>;
  readonly reference?: string;
  /** Titles of ports and columns beyond the common ones. */
  readonly labels?: Readonly<Record<string, Bilingual>>;
  /** JSON Schema of the parameters; what a person needs to see stands under `x-millwright`. */
  readonly params: JsonSchema;
  readonly shape: 'source' | 'each' | 'on' | 'combine';
  readonly source?: SourceRule;
  /** A single input is called `in`, a single output `out`. */
  readonly inputs: Readonly<Record<string, PortManifest>>;
  readonly outputs: Readonly<Record<string, PortManifest>>;
  readonly combine?: CombineRule;
  readonly firesOn?: string;
  readonly optionalInputs: readonly string[];
  /** Parameter with the condition that must hold before writes downstream act. */
  readonly guards?: string;
  /** Input by which commands come: every way to it must pass a guard. */
  readonly guarded?: string;
  /** Its output may close a cycle: the wire carries the previous value. */
  readonly delays: boolean;
  readonly state: Readonly<Record<string, StateManifest>>;
  readonly stateScope: 'key' | 'node';
  readonly stateVersion: number;
  readonly carry: 'all' | 'none';
  readonly badQuality: 'propagate' | 'skip' | 'hold';
  readonly capabilities: readonly string[];
}

/** The part of JSON Schema that `z.toJSONSchema` writes for parameters. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly [keyword: string]: unknown;
}

export interface CatalogueBlock {
  readonly manifest: BlockManifest;
  /** Validates and completes parameters; the same facts as `manifest.params`. */
  readonly params: z.ZodType;
}

/** What the checks and the compiler look blocks up in. */
export interface BlockCatalogue {
  block(id: string, version: string): CatalogueBlock | undefined;
  /** Versions of this block, newest first; empty when the block is unknown. */
  versions(id: string): readonly string[];
  ids(): readonly string[];
}

/** A block's runnable text: JavaScript, either its own module with types blanked (lines kept) or a bundle of its modules. */
export interface BlockSource {
  readonly text: string;
  readonly bundled: boolean;
  /** Of a bundle: runs of lines that stand in the block's own file, as first line of the text, first line of the file, and how many. */
  readonly lines?: readonly (readonly [text: number, file: number, count: number])[];
}

/** A catalogue that can also compile. */
export interface ProgramCatalogue extends BlockCatalogue {
  source(id: string, version: string): BlockSource | undefined;
  /** TypeScript of code parameters -> JavaScript with the same lines. What does it is Node's, so it is handed in. @throws SyntaxError */
  stripTypes(text: string): string;
}
