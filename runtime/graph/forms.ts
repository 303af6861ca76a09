import { type Bilingual, type GraphDocument, labelOf } from './document.ts';
import type { FieldKind, FormField } from './form-fields.ts';
import { flatDocument } from './subgraph.ts';

/** What a person may enter on an operator screen, and what stands between the entry and the machine. */
export interface Form {
  readonly name: string;
  readonly node: string;
  readonly title: Bilingual;
  /** Of the one number; a form of several fields has them there. */
  readonly unit: string;
  readonly low: number | null;
  readonly high: number | null;
  /** What is filled in; of the one number its column `value` alone. */
  readonly fields: readonly FormField[];
  /** A record of several fields, not one number. */
  readonly several: boolean;
  /** Every node that an entry can reach: effects of these are its consequences. */
  readonly reaches: readonly string[];
  /** Interlocks on the way. */
  readonly interlocks: readonly { readonly node: string; readonly label: Bilingual; readonly condition: string }[];
  /** Roles that a writing node behind it writes to. */
  readonly writes: readonly string[];
}

export function readForms(given: GraphDocument, parameters: Readonly<Record<string, unknown>> = {}): Form[] {
  const graph = flatDocument(given);
  const nodes = new Map(graph.nodes.map((n) => [n.id, n]));
  const value = (raw: unknown): unknown =>
    raw !== null && typeof raw === 'object' && '$parameter' in raw
      ? (parameters[String(raw.$parameter)] ?? graph.parameters.find((p) => p.key === raw.$parameter)?.default)
      : raw;
  const number = (raw: unknown): number | null => {
    const n = value(raw);
    return typeof n === 'number' ? n : null;
  };
  return graph.nodes
    .filter((n) => n.block === 'millwright/source.form')
    .map((n) => {
      const reaches = reachable(graph, n.id);
      const behind = reaches.flatMap((id) => nodes.get(id) ?? []);
      const name = String(n.params.form ?? n.id);
      const title = bilingual(n.params.title) ?? labelOf({ id: name, label: n.label });
      const range = { unit: String(value(n.params.unit) ?? '1'), low: number(n.params.low), high: number(n.params.high) };
      const listed = Array.isArray(n.params.fields) ? (n.params.fields as readonly Raw[]) : [];
      const several = listed.length > 0;
      return {
        name,
        node: n.id,
        title,
        ...range,
        fields: several
          ? listed.map((one) => readField(one, value))
          : [{ name: 'value', title, kind: 'number', required: true, ...range, ...BARE }],
        several,
        reaches,
        interlocks: behind
          .filter((b) => b.block === 'millwright/control.interlock')
          .map((b) => ({ node: b.id, label: labelOf(b), condition: String(b.params.condition ?? '') })),
        writes: behind.filter((b) => b.block === 'millwright/control.write').map((b) => String(b.params.role ?? '')),
      };
    });
}

function reachable(graph: GraphDocument, from: string): string[] {
  const found = new Set<string>();
  const open = [from];
  for (let id = open.pop(); id !== undefined; id = open.pop())
    for (const wire of graph.wires)
      if (wire.from.node === id && !found.has(wire.to.node)) {
        found.add(wire.to.node);
        open.push(wire.to.node);
      }
  return [...found];
}

type Raw = Readonly<Record<string, unknown>>;
const BARE = { most: 200, options: [], clock: false };

function readField(raw: Raw, value: (raw: unknown) => unknown): FormField {
  const name = String(raw.name ?? '');
  const number = (given: unknown): number | null => {
    const n = value(given);
    return typeof n === 'number' ? n : null;
  };
  const options = Array.isArray(raw.options) ? (raw.options as readonly Raw[]) : [];
  return {
    name,
    title: bilingual(raw.title) ?? { en: name, zh: name },
    kind: raw.kind as FieldKind,
    required: value(raw.required) !== false,
    unit: String(value(raw.unit) ?? '1'),
    low: number(raw.low),
    high: number(raw.high),
    most: number(raw.most) ?? BARE.most,
    options: options.map((one) => ({ value: String(one.value), title: bilingual(one.title) ?? null })),
    clock: value(raw.clock) === true,
  };
}

const bilingual = (raw: unknown): Bilingual | undefined =>
  raw !== null && typeof raw === 'object' && 'en' in raw && 'zh' in raw ? { en: String(raw.en), zh: String(raw.zh) } : undefined;
