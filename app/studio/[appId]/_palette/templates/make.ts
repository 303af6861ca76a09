import type { AppParameter, Bilingual, GraphNode, TagRole } from '#runtime/graph/document.ts';
import type { Fragment } from '../../_edits/clipboard.ts';
import { COLUMN_PITCH } from '../../_edits/edit.ts';

/** A few blocks that are wired and set for one purpose: pasted into an app and changed there like anything else. */
export interface Template {
  readonly id: string;
  readonly title: Bilingual;
  readonly summary: Bilingual;
  /** Other words to find it by: signals and goals. */
  readonly words: Bilingual;
  readonly icon: string;
  readonly part: Fragment;
}

type Placed = Omit<GraphNode, 'position'> & { readonly at: readonly [column: number, row: number] };

/** `wires` as `node.port>node.port`. */
export function part(
  nodes: readonly Placed[],
  wires: readonly string[],
  roles: readonly TagRole[],
  more: { readonly parameters?: readonly AppParameter[]; readonly outputs?: Readonly<Record<string, string>> } = {},
): Fragment {
  const end = (text: string) => {
    const [node = '', port = ''] = text.split('.');
    return { node, port };
  };
  return {
    millwright: 'graph-part',
    format: 1,
    nodes: nodes.map(({ at: [column, row], ...node }) => ({
      ...node,
      position: { x: column * COLUMN_PITCH, y: row * 156 },
    })),
    wires: wires.map((wire) => {
      const [from = '', to = ''] = wire.split('>');
      return { from: end(from), to: end(to) };
    }),
    roles: [...roles],
    parameters: [...(more.parameters ?? [])],
    outputs: Object.entries(more.outputs ?? {}).map(([name, from]) => ({ name, from: end(from) })),
  };
}

export const role = (name: string, en: string, zh: string, unit: string, range: [number, number], why: Bilingual): TagRole => ({
  name,
  title: { en, zh },
  type: 'number',
  unit,
  range,
  optional: false,
  write: false,
  why,
});
