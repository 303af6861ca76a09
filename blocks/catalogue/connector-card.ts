import type { FieldMeta } from '#blocks/sdk/params.ts';
import type { Bilingual } from '#runtime/graph/document.ts';

/** One field of a connector's settings as JSON Schema, with what a form needs under `x-millwright`. */
export interface FieldSchema {
  readonly type?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly 'x-millwright'?: FieldMeta;
}
export interface ObjectSchema {
  readonly $schema?: string;
  readonly type: string;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
}

/** A connector's manifest without its code. */
export interface ConnectorCard {
  readonly id: string;
  readonly version: string;
  readonly title: Bilingual;
  readonly summary: Bilingual;
  readonly icon: string;
  readonly settings: ObjectSchema;
  readonly secrets: ObjectSchema;
  readonly address: { readonly help: Bilingual; readonly examples: readonly string[] };
  readonly browsable: boolean;
  /** Where `read` gets a value: asked of the device, or the newest message. */
  readonly reads: 'device' | 'newest';
  /** The source keeps what was not acknowledged and sends it again: an outage on our side leaves no gap. */
  readonly resumes: boolean;
  /** Shows values to others. */
  readonly publishes?: boolean;
  /** Others send to it, at `/in/<connection id>`. */
  readonly listens?: boolean;
}
