'use client';
import '@xyflow/react/dist/base.css';
import {
  Background,
  BackgroundVariant,
  type Edge,
  Handle,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react';
import { useTranslations } from 'next-intl';
import { memo, useEffect, useMemo } from 'react';
import { labelOf } from '#runtime/graph/document.ts';
import { useSay } from '../_session/use-session.tsx';
import type { ComparedGraph, Mark } from '../_versions/difference.ts';
import { SIGN } from '../_versions/difference-list.tsx';
import classes from './compare-canvas.module.css';

type ComparedNode = Node<{ readonly title: string; readonly mark: Mark }, 'compared'>;

const Compared = memo(function Compared({ id, data, selected }: NodeProps<ComparedNode>) {
  const t = useTranslations('studio-versions');
  return (
    <div className={classes.node} data-mark={data.mark} data-selected={selected || undefined} data-testid={`compared-${id}`}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      {data.mark && (
        <span className={classes.sign} role="img" aria-label={t(`difference.${data.mark}`)}>
          {SIGN[data.mark]}
        </span>
      )}
      <b>{data.title}</b>
      <small className="mw-mono">{id}</small>
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
});
const NODE_TYPES = { compared: Compared };
const FIT = { minZoom: 0.4, maxZoom: 1, padding: 0.1 };

/** Two versions in one picture, to look at only. */
export function CompareCanvas(props: { picture: ComparedGraph; chosen: string | undefined; onChoose: (node: string) => void }) {
  return (
    <ReactFlowProvider>
      <Picture {...props} />
    </ReactFlowProvider>
  );
}

function Picture({ picture, chosen, onChoose }: Parameters<typeof CompareCanvas>[0]) {
  const t = useTranslations('studio-versions');
  const say = useSay();
  const flow = useReactFlow();
  const nodes = useMemo(
    () =>
      picture.nodes.map(
        ({ node, mark }): ComparedNode => ({
          id: node.id,
          type: 'compared',
          position: node.position,
          data: { title: node.label ? say(labelOf(node)) : (node.block.split('/').at(-1) ?? node.block), mark },
          selected: node.id === chosen,
        }),
      ),
    [picture, chosen, say],
  );
  const edges = useMemo(
    () =>
      picture.wires.map(
        ({ wire, mark }, at): Edge => ({
          id: `${at}`,
          source: wire.from.node,
          target: wire.to.node,
          className: classes[`wire-${mark ?? 'same'}`] ?? '',
        }),
      ),
    [picture],
  );
  useEffect(() => {
    if (chosen !== undefined) void flow.fitView({ nodes: [{ id: chosen }], maxZoom: 0.9, minZoom: 0.6, padding: 1.2 });
  }, [chosen, flow]);
  return (
    <section className={classes.canvas} aria-label={t('compare.picture')} data-testid="compare-canvas">
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        disableKeyboardA11y
        onNodeClick={(_event, node) => onChoose(node.id)}
        fitView
        fitViewOptions={FIT}
        minZoom={0.2}
      >
        <Background variant={BackgroundVariant.Dots} gap={24} size={1.4} />
      </ReactFlow>
    </section>
  );
}
