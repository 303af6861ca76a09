'use client';
import { useReactFlow, useStore, ViewportPortal } from '@xyflow/react';
import { useTranslations } from 'next-intl';
import { useEffect } from 'react';
import { useSession, useStudio } from '../_session/use-session.tsx';
import { nodeHeight } from './geometry.ts';
import classes from './others.module.css';

/** Node 212 px wide. */
const WIDTH = 212;

/** Where the others in this app are: a frame with their name around what they have chosen, and their pointer. Colour is kept for alarms. */
export function Others() {
  const t = useTranslations('studio-versions');
  const session = useSession();
  const others = useStudio((state) => state.others);
  const nodes = useStudio((state) => state.view.nodes);
  const facts = useStudio((state) => state.facts);
  const outside = useStudio((state) => state.path.length === 0);
  usePointer(others.length > 0);
  if (others.length === 0) return null;
  return (
    <ViewportPortal>
      {nodes.flatMap((node) => {
        const here = others.filter((one) => one.nodes.includes(session.whole(node.id)));
        if (here.length === 0) return [];
        const names = here.map((one) => one.name).join(', ');
        return (
          <div
            key={node.id}
            className={classes.frame}
            style={{
              transform: `translate(${node.position.x - 5}px, ${node.position.y - 5}px)`,
              width: WIDTH + 10,
              height: nodeHeight(session.get().facts === facts ? facts.manifest(node.id) : undefined) + 10,
            }}
            data-testid={`other-${node.id}`}
          >
            <span role="img" aria-label={t('people.at', { name: names, node: node.id })}>
              {names}
            </span>
          </div>
        );
      })}
      {others.map(({ client, name, pointer }) =>
        pointer && outside ? (
          <div
            key={client}
            aria-hidden
            className={classes.pointer}
            style={{ transform: `translate(${pointer.x}px, ${pointer.y}px)` }}
          >
            <svg width="14" height="16" viewBox="0 0 14 16" role="presentation">
              <path d="M1 1 L13 8 L7 9.5 L4.5 15 Z" />
            </svg>
            <span>{name}</span>
          </div>
        ) : null,
      )}
    </ViewportPortal>
  );
}

/** Keeps the own pointer where the others are told of it, in the canvas' measure. */
function usePointer(told: boolean): void {
  const session = useSession();
  const flow = useReactFlow();
  const canvas = useStore((state) => state.domNode);
  useEffect(() => {
    if (!canvas || !told) return;
    const move = (event: PointerEvent) => {
      const { x, y } = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY }, { snapToGrid: false });
      session.pointer = { x: Math.round(x), y: Math.round(y) };
    };
    const leave = () => {
      session.pointer = undefined;
    };
    canvas.addEventListener('pointermove', move);
    canvas.addEventListener('pointerleave', leave);
    return () => {
      leave();
      canvas.removeEventListener('pointermove', move);
      canvas.removeEventListener('pointerleave', leave);
    };
  }, [canvas, flow, session, told]);
}
