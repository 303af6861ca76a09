import { z } from 'zod';

/**
 * The graph document: what the studio edits, a package carries and the compiler reads. Its hash is over its original bytes;
 * older formats are migrated in memory (`migrate.ts`).
 */
export const GRAPH_FORMAT = 1;

const identifier = z
  .string()
  .regex(
    /^[a-z][a-zA-Z0-9_]*$/,
    'starts with a lower-case letter; letters, digits and _ only | 以小写字母开头，只能包含字母、数字和下划线',
  );
const roleName = z
  .string()
  .regex(/^[a-z][a-zA-Z0-9]*(\.[a-zA-Z0-9]+)*$/, 'dotted lower-case name such as vib.de.h | 用点分隔的小写名称，如 vib.de.h');
export const bilingual = z.object({ en: z.string(), zh: z.string() });
export type Bilingual = z.infer<typeof bilingual>;

/** Columns are called as their makers call them, in any script; one name would change how objects are built. */
const columnName = z
  .string()
  .min(1)
  .max(200)
  .refine((name) => name !== '__proto__', 'this name is reserved | 该名称被保留');

export const endpoint = z.object({ node: identifier, port: z.string().min(1) });

/** A record for a node with code, and the columns that it must give for it; columns that are not named may be anything. Says nothing to the program. */
export const nodeTest = z.object({
  key: z.string().optional(),
  in: z.record(columnName, z.unknown()),
  out: z.record(columnName, z.unknown()),
});
export type NodeTest = z.infer<typeof nodeTest>;

export const graphNode = z.object({
  id: identifier,
  /** Publisher-qualified id, `millwright/series.ewma`. */
  block: z.string().regex(/^[a-z][a-z0-9-]*\/[a-z][a-z0-9]*(\.[a-z0-9-]+)+$/, 'publisher/group.name | 格式为 发布者/组.名称'),
  /** Exact version of the block. */
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  params: z.record(z.string(), z.unknown()).default({}),
  /** Logical column of the block -> column on the wire: `{ value: 'spindle_load' }`. Absent = same name. */
  bind: z.record(z.string(), columnName).optional(),
  /** Output column of the block -> name on the wire. */
  as: z.record(z.string(), columnName).optional(),
  /** What a person calls it; an app for others says it in both languages. */
  label: z.union([z.string(), bilingual]).optional(),
  notes: z.string().optional(),
  /** Run in this order with one state, as the records of one series. */
  tests: z.array(nodeTest).max(200).optional(),
  group: z.string().optional(),
  position: z.object({ x: z.number(), y: z.number() }).default({ x: 0, y: 0 }),
});
export type GraphNode = z.infer<typeof graphNode>;

/** What a node is called: its label, else its id. */
export function labelOf({ id, label }: Pick<GraphNode, 'id' | 'label'>): Bilingual {
  if (typeof label === 'object') return { en: label.en || label.zh || id, zh: label.zh || label.en || id };
  return { en: label || id, zh: label || id };
}

export const graphWire = z.object({ from: endpoint, to: endpoint });
export type GraphWire = z.infer<typeof graphWire>;

/** A need of the app that an installation binds to a tag of its own plant. */
export const tagRole = z.object({
  name: roleName,
  title: bilingual,
  type: z.enum(['number', 'integer', 'boolean', 'text', 'wave']).default('number'),
  /** UCUM unit the graph works in; installation converts. */
  unit: z.string().optional(),
  optional: z.boolean().default(false),
  /** The graph writes to it: the tag must be writable and the grant names it. */
  write: z.boolean().default(false),
  /** Physical range in `unit`, for plausibility and for the mapping wizard. */
  range: z.tuple([z.number(), z.number()]).optional(),
  why: bilingual.optional(),
});
export type TagRole = z.infer<typeof tagRole>;

/** A value that the installer may set; `params` of nodes refer to it as `{ "$parameter": "key" }`. */
export const appParameter = z.object({
  key: identifier,
  title: bilingual,
  type: z.enum(['number', 'integer', 'boolean', 'text']),
  unit: z.string().optional(),
  range: z.tuple([z.number(), z.number()]).optional(),
  options: z.array(z.string()).optional(),
  default: z.union([z.number(), z.boolean(), z.string()]),
  why: bilingual.optional(),
});
export type AppParameter = z.infer<typeof appParameter>;

/** A node by itself, or one inside a subgraph: `mill/smooth` is `smooth` in the subgraph that node `mill` stands for. */
const nodePath = z.string().regex(/^[a-z][a-zA-Z0-9_]*(\/[a-z][a-zA-Z0-9_]*)*$/, 'a node, or outer/inner | 节点，或 外层/内层');

/** A wire that leaves the graph under a name: stored by the historian, shown by screens, readable by other apps. */
export const graphOutput = z.object({
  name: identifier,
  from: z.object({ node: nodePath, port: z.string().min(1) }),
  title: bilingual.optional(),
});
export type GraphOutput = z.infer<typeof graphOutput>;

/** A frame around nodes: those whose `group` is its id. Where it lies follows from them. Groups and notes say something to people and nothing to the program. */
export const graphGroup = z.object({ id: identifier, title: z.union([z.string(), bilingual]) });
export type GraphGroup = z.infer<typeof graphGroup>;

/** What a person wrote on the canvas, Markdown. */
export const graphNote = z.object({
  id: identifier,
  text: z.string().max(20_000),
  position: z.object({ x: z.number(), y: z.number() }),
  /** px */
  width: z.number().min(120).max(2000).optional(),
});
export type GraphNote = z.infer<typeof graphNote>;

/** Blocks wired once and used as one block, any number of times: a node of `millwright/transform.subgraph` stands for it (`subgraph.ts`). */
export const subgraph = z.object({
  title: bilingual.optional(),
  /** Ports of the node that stands for it; a row that enters goes to all inner ports listed. */
  inputs: z.array(z.object({ name: identifier, title: bilingual.optional(), to: z.array(endpoint) })).default([]),
  outputs: z.array(z.object({ name: identifier, title: bilingual.optional(), from: endpoint })).default([]),
  /** Set where it is used; inner `params` refer to them as `{ "$parameter": "key" }` and expressions by name, before the app's. */
  parameters: z.array(appParameter).default([]),
  nodes: z.array(graphNode),
  wires: z.array(graphWire),
  groups: z.array(graphGroup).optional(),
  notes: z.array(graphNote).optional(),
});
export type Subgraph = z.infer<typeof subgraph>;

export const graphDocument = z.object({
  $schema: z.string().optional(),
  format: z.literal(GRAPH_FORMAT),
  nodes: z.array(graphNode),
  wires: z.array(graphWire),
  roles: z.array(tagRole).default([]),
  parameters: z.array(appParameter).default([]),
  outputs: z.array(graphOutput).default([]),
  subgraphs: z.record(identifier, subgraph).optional(),
  groups: z.array(graphGroup).optional(),
  notes: z.array(graphNote).optional(),
});
export type GraphDocument = z.infer<typeof graphDocument>;
export type GraphDocumentInput = z.input<typeof graphDocument>;
