'use client';
import { useStudio } from '../_session/use-session.tsx';
import { AppPanel } from './app-panel.tsx';
import { NodePanel } from './node-panel.tsx';

/** The chosen node's parameters; with nothing or several chosen, what belongs to the app. */
export function Inspector() {
  const node = useStudio((state) => {
    const [id, ...more] = state.selection.nodes;
    return more.length === 0 ? state.history.now.nodes.find((one) => one.id === id) : undefined;
  });
  return node ? <NodePanel key={node.id} node={node} /> : <AppPanel />;
}
