'use client';
import '@xyflow/react/dist/base.css';
import {
  applyNodeChanges,
  Background,
  BackgroundVariant,
  type Connection,
  ConnectionMode,
  Controls,
  type EdgeChange,
  MiniMap,
  type NodeChange,
  type OnConnectEnd,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react';
import { useTranslations } from 'next-intl';
import { type DragEvent, type KeyboardEvent, useCallback, useEffect, useMemo, useState } from 'react';
import type { BlockManifest } from '#runtime/graph/manifest.ts';
import { displayUnit } from '#runtime/units/units.ts';
import { addNode, moveNodes, nextNodeId, nudgeNodes, removeNodes } from '../_edits/nodes.ts';
import { disconnect, type Endpoint, wireKey } from '../_edits/wires.ts';
import { problemsOf } from '../_session/facts.ts';
import { couldFeed, fittingInput } from '../_session/fit.ts';
import { staleNodes } from '../_session/session.ts';
import { starterParams } from '../_session/starter.ts';
import { useSession, useStudio } from '../_session/use-session.tsx';
import { BlockMenu } from './block-menu.tsx';
import { type BlockFlowNode, BlockNode } from './block-node.tsx';
import classes from './canvas.module.css';
import { RefusalProvider, useRefuse } from './refusal.tsx';
import { WireEdge, type WireFlowEdge } from './wire-edge.tsx';

const NODE_TYPES = { block: BlockNode };
const EDGE_TYPES = { wire: WireEdge };
export const BLOCK_MIME = 'application/x-millwright-block';
/** Node text is unreadable below; see `docs`. */
const FIT = { minZoom: 0.6, maxZoom: 1, padding: 0.12 };

export function Canvas({ blocks, children }: { blocks: readonly BlockManifest[]; children?: React.ReactNode }) {
  return (
    <ReactFlowProvider>
      <div className={classes.canvas} data-testid="studio-canvas">
        <RefusalProvider>
          <Flow blocks={blocks} />
          {children}
        </RefusalProvider>
      </div>
    </ReactFlowProvider>
  );
}

function Flow({ blocks }: { blocks: readonly BlockManifest[] }) {
  const t = useTranslations('studio');
  const session = useSession();
  const refuse = useRefuse();
  const flow = useReactFlow();
  const [nodes, setNodes] = useFlowNodes();
  const edges = useFlowEdges();
  const reveal = useStudio((state) => state.reveal);
  const overview = useStudio((state) => state.overview);
  const [menu, setMenu] = useState<{ from: Endpoint; at: { x: number; y: number } }>();

  useEffect(() => {
    if (reveal) void flow.fitView({ nodes: [{ id: reveal.node }], maxZoom: 1, minZoom: 0.86, padding: 0.6, duration: 0 });
  }, [reveal, flow]);

  useEffect(() => {
    if (!overview) return;
    // The canvas takes over the new places first.
    const timer = setTimeout(() => void flow.fitView(FIT), 50);
    return () => clearTimeout(timer);
  }, [overview, flow]);

  const onNodesChange = useCallback(
    (changes: NodeChange<BlockFlowNode>[]) => {
      setNodes((before) => applyNodeChanges(changes, before));
      const moved: Record<string, { x: number; y: number }> = {};
      for (const change of changes)
        if (change.type === 'position' && change.dragging === false && change.position) moved[change.id] = change.position;
      if (Object.keys(moved).length > 0) session.edit(moveNodes(moved));
      const removed = changes.flatMap((change) => (change.type === 'remove' ? [change.id] : []));
      if (removed.length > 0) session.edit(removeNodes(removed));
      const chosen = changes.filter((change) => change.type === 'select');
      if (chosen.length > 0) {
        const set = new Set(session.get().selection.nodes);
        for (const change of chosen) change.selected ? set.add(change.id) : set.delete(change.id);
        session.select([...set], session.get().selection.wires);
      }
    },
    [session, setNodes],
  );
  const onEdgesChange = useCallback(
    (changes: EdgeChange<WireFlowEdge>[]) => {
      const removed = changes.flatMap((change) => (change.type === 'remove' ? [change.id] : []));
      if (removed.length > 0) session.edit(disconnect(removed));
      const chosen = changes.filter((change) => change.type === 'select');
      if (chosen.length > 0) {
        const set = new Set(session.get().selection.wires);
        for (const change of chosen) change.selected ? set.add(change.id) : set.delete(change.id);
        session.select(session.get().selection.nodes, [...set]);
        if (set.size > 0) session.set({ dock: 'records' });
      }
    },
    [session],
  );
  const onConnect = useCallback(
    (connection: Connection) => session.edit(session.get().facts.wire(...endsOf(connection))),
    [session],
  );
  const allowed = useCallback(
    (connection: Connection | WireFlowEdge) => session.get().facts.refusal(...endsOf(connection)) === undefined,
    [session],
  );
  const onConnectEnd: OnConnectEnd = useCallback(
    (event, state) => {
      if (state.fromHandle?.type !== 'source') return;
      const from = { node: state.fromHandle.nodeId, port: state.fromHandle.id ?? 'out' };
      if (state.toHandle && !state.isValid) {
        const reason = session.get().facts.refusal(from, { node: state.toHandle.nodeId, port: state.toHandle.id ?? 'in' });
        if (reason) refuse(reason);
      } else if (!state.toHandle && !state.toNode) {
        const point = 'changedTouches' in event ? event.changedTouches[0] : event;
        if (point) setMenu({ from, at: { x: point.clientX, y: point.clientY } });
      }
    },
    [session, refuse],
  );
  const onDrop = (event: DragEvent) => {
    const manifest = blocks.find((block) => block.id === event.dataTransfer.getData(BLOCK_MIME));
    if (!manifest) return;
    event.preventDefault();
    const position = flow.screenToFlowPosition({ x: event.clientX - 106, y: event.clientY - 14 });
    const id = nextNodeId(session.document, manifest.id);
    session.edit(addNode({ block: manifest.id, version: manifest.version, params: starterParams(manifest), position }, id));
    session.select([id]);
  };
  const take = (manifest: BlockManifest) => {
    if (!menu) return;
    setMenu(undefined);
    const schema = session.get().facts.schemaOf(menu.from);
    const id = nextNodeId(session.document, manifest.id);
    const port = fittingInput(manifest, schema);
    session.edit(
      addNode(
        {
          block: manifest.id,
          version: manifest.version,
          params: starterParams(manifest),
          position: flow.screenToFlowPosition(menu.at),
        },
        id,
      ),
    );
    if (port) session.edit(session.get().facts.wire(menu.from, { node: id, port }));
    session.select([id]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
    if (event.key === 'Escape') session.set({ picking: undefined });
    const step = event.shiftKey ? 48 : 12;
    const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    const { nodes: chosen } = session.get().selection;
    if (!move || chosen.length === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    session.edit(nudgeNodes(chosen, move[0] ?? 0, move[1] ?? 0), `nudge:${chosen.join()}`);
  };

  return (
    // The canvas is one stop of the page; its nodes and ports are the stops inside.
    <section aria-label={t('canvas.name')} style={{ height: '100%' }} onKeyDownCapture={onKeyDown}>
      <ReactFlow
        nodes={nodes}
        edges={edges}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onConnect={onConnect}
        onConnectEnd={onConnectEnd}
        isValidConnection={allowed}
        onDrop={onDrop}
        onDragOver={(event) => {
          event.preventDefault();
          event.dataTransfer.dropEffect = 'copy';
        }}
        onPaneClick={() => session.select([])}
        connectionMode={ConnectionMode.Strict}
        connectionRadius={24}
        snapToGrid
        snapGrid={[12, 12]}
        fitView
        fitViewOptions={FIT}
        minZoom={0.3}
        maxZoom={2}
        deleteKeyCode={['Delete', 'Backspace']}
        multiSelectionKeyCode={['Shift', 'Meta', 'Control']}
        disableKeyboardA11y
        edgesFocusable
        ariaLabelConfig={{
          'node.a11yDescription.default': t('canvas.nodeHelp'),
          'edge.a11yDescription.default': t('canvas.wireHelp'),
          'controls.ariaLabel': t('canvas.controls'),
          'controls.zoomIn.ariaLabel': t('canvas.zoomIn'),
          'controls.zoomOut.ariaLabel': t('canvas.zoomOut'),
          'controls.fitView.ariaLabel': t('canvas.fit'),
          'minimap.ariaLabel': t('canvas.minimap'),
          'handle.ariaLabel': t('canvas.port'),
        }}
      >
        <Background variant={BackgroundVariant.Dots} gap={24} size={1.4} />
        <Controls showInteractive={false} fitViewOptions={FIT} />
        <MiniMap pannable zoomable nodeStrokeWidth={0} style={{ width: 148, height: 90 }} />
      </ReactFlow>
      {menu && (
        <BlockMenu
          at={menu.at}
          blocks={fittingBlocks(blocks, session.get().facts.schemaOf(menu.from))}
          onTake={take}
          onClose={() => setMenu(undefined)}
        />
      )}
    </section>
  );
}

const endsOf = (
  connection: Pick<Connection, 'source' | 'target' | 'sourceHandle' | 'targetHandle'> | WireFlowEdge,
): [Endpoint, Endpoint] => [
  { node: connection.source, port: connection.sourceHandle ?? 'out' },
  { node: connection.target, port: connection.targetHandle ?? 'in' },
];

const fittingBlocks = (blocks: readonly BlockManifest[], schema: Parameters<typeof couldFeed>[0]) =>
  blocks.filter((block) => Object.values(block.inputs).some((port) => couldFeed(schema, port)));

/** The document's nodes as React Flow wants them: its own measurements and a drag in progress stay, all else follows the document. */
function useFlowNodes() {
  const document = useStudio((state) => state.history.now);
  const facts = useStudio((state) => state.facts);
  const selected = useStudio((state) => state.selection.nodes);
  const run = useStudio((state) => state.run);
  const showing = useStudio((state) => state.showing);
  const stale = useMemo(() => (showing === 'run' ? staleNodes(run, document) : undefined), [run, document, showing]);
  const [nodes, setNodes] = useState<BlockFlowNode[]>([]);
  useEffect(() => {
    setNodes((before) => {
      const known = new Map(before.map((node) => [node.id, node]));
      return document.nodes.map((node): BlockFlowNode => {
        const severities = problemsOf(facts, node.id).map((problem) => problem.severity);
        const worst = severities.includes('error') ? 'error' : severities.includes('warning') ? 'warning' : undefined;
        const old = known.get(node.id);
        const staleBy = stale?.get(node.id);
        const isSelected = selected.includes(node.id);
        const manifest = facts.manifest(node.id);
        const same =
          old?.data.node === node &&
          old.data.manifest === manifest &&
          old.data.worst === worst &&
          old.data.staleBy === staleBy &&
          old.selected === isSelected;
        if (same) return old;
        const position = old?.dragging ? old.position : node.position;
        return { ...old, id: node.id, type: 'block', position, selected: isSelected, data: { node, manifest, worst, staleBy } };
      });
    });
  }, [document, facts, selected, stale]);
  return [nodes, setNodes] as const;
}

function useFlowEdges(): WireFlowEdge[] {
  const document = useStudio((state) => state.history.now);
  const facts = useStudio((state) => state.facts);
  const selected = useStudio((state) => state.selection.wires);
  return useMemo(
    () =>
      document.wires.map((wire): WireFlowEdge => {
        const id = wireKey(wire);
        const conversions = facts.conversionsOf(wire).map(({ from, to }) => `${displayUnit(from)} → ${displayUnit(to)}`);
        return {
          id,
          type: 'wire',
          source: wire.from.node,
          sourceHandle: wire.from.port,
          target: wire.to.node,
          targetHandle: wire.to.port,
          selected: selected.includes(id),
          ariaLabel: `${wire.from.node}.${wire.from.port} → ${wire.to.node}.${wire.to.port}`,
          data: { conversion: conversions.length > 0 ? conversions.join(', ') : undefined },
        };
      }),
    [document, facts, selected],
  );
}
