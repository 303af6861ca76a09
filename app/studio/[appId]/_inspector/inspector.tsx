'use client';
import { useStudio } from '../_session/use-session.tsx';
import { AppPanel } from './app-panel.tsx';
import { NodePanel } from './node-panel.tsx';
import { PartPanel } from './part-panel.tsx';
import { SeveralPanel } from './several-panel.tsx';

/** The chosen node's parameters; of several what can be done with them together; else what belongs to the open graph as a whole. */
export function Inspector() {
  const chosen = useStudio((state) => state.selection.nodes);
  const node = useStudio((state) => state.view.nodes.find((one) => one.id === chosen[0]));
  const inside = useStudio((state) => state.path.length > 0);
  if (chosen.length > 1) return <SeveralPanel ids={chosen} />;
  if (node) return <NodePanel key={node.id} node={node} />;
  return inside ? <PartPanel /> : <AppPanel />;
}
