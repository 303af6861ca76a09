'use client';
import { createContext, type ReactNode, useContext, useMemo, useRef } from 'react';
import { useStudio } from '../_session/use-session.tsx';
import type { Box } from './corridor.ts';
import { NODE_WIDTH, nodeHeight } from './geometry.ts';

export interface Obstacle extends Box {
  readonly id: string;
}
const Obstacles = createContext<readonly Obstacle[]>([]);
/** All nodes where the document has them: what wires go round. The same list until one of them moves, comes or goes. */
export const useObstacles = () => useContext(Obstacles);

export function ObstaclesProvider({ children }: { children: ReactNode }) {
  const nodes = useStudio((state) => state.view.nodes);
  const facts = useStudio((state) => state.facts);
  const last = useRef<readonly Obstacle[]>([]);
  const boxes = useMemo(() => {
    const next = nodes.map((node) => ({
      id: node.id,
      ...node.position,
      width: NODE_WIDTH,
      height: nodeHeight(facts.manifest(node.id)),
    }));
    const old = last.current;
    const same =
      old.length === next.length &&
      next.every((box, at) => {
        const was = old[at];
        return was?.id === box.id && was.x === box.x && was.y === box.y && was.height === box.height;
      });
    if (!same) last.current = next;
    return last.current;
  }, [nodes, facts]);
  return <Obstacles value={boxes}>{children}</Obstacles>;
}
