import { COLUMN_PITCH } from '../_edits/edit.ts';
import { addNode, type NewNode, nextNodeId } from '../_edits/nodes.ts';
import type { StudioSession } from '../_session/session.ts';

/** Puts a node beside what is chosen, else below everything, and chooses it. */
export function place(session: StudioSession, node: Omit<NewNode, 'position'>, mark?: string): void {
  const { view } = session;
  const [chosen] = session.get().selection.nodes;
  const beside = view.nodes.find((one) => one.id === chosen);
  const position = freePlace(
    view.nodes.map((one) => one.position),
    beside ? { x: beside.position.x + COLUMN_PITCH, y: beside.position.y } : undefined,
  );
  const id = nextNodeId(view, node.block);
  session.edit(addNode({ ...node, position }, id), mark);
  session.show(id);
}

/** A place where no node is: beside what is chosen, else below the last column's nodes. */
export function freePlace(
  taken: readonly { x: number; y: number }[],
  wish: { x: number; y: number } | undefined,
): { x: number; y: number } {
  const at =
    wish ??
    (taken.length === 0
      ? { x: 0, y: 0 }
      : { x: Math.min(...taken.map((one) => one.x)), y: Math.max(...taken.map((one) => one.y)) + 132 });
  let { y } = at;
  while (taken.some((one) => Math.abs(one.x - at.x) < 220 && Math.abs(one.y - y) < 120)) y += 132;
  return { x: at.x, y };
}
