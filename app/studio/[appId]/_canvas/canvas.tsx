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
  useStoreApi,
} from '@xyflow/react';
import { useTranslations } from 'next-intl';
import { type DragEvent, useCallback, useEffect, useRef, useState } from 'react';
import type { BlockManifest } from '#runtime/graph/manifest.ts';
import { type Edit, together } from '../_edits/edit.ts';
import { changeNote, removeNotes } from '../_edits/groups.ts';
import { addNode, moveNodes, nextNodeId, removeNodes } from '../_edits/nodes.ts';
import { disconnect, type Endpoint } from '../_edits/wires.ts';
import { starterParams } from '../_session/starter.ts';
import { useSession, useStudio, useView } from '../_session/use-session.tsx';
import { BlockNode } from './block-node.tsx';
import { Breadcrumb } from './breadcrumb.tsx';
import classes from './canvas.module.css';
import { type FlowNode, isBlockNode, noteOf, useFlowEdges, useFlowNodes } from './flow-elements.ts';
import { GroupNode } from './group-node.tsx';
import { NoteNode } from './note-node.tsx';
import { ObstaclesProvider } from './obstacles.tsx';
import { RefusalProvider, useRefuse } from './refusal.tsx';
import { useCanvasKeys } from './use-canvas-keys.ts';
import { WireEdge, type WireFlowEdge } from './wire-edge.tsx';
import { type Offer, WireMenu } from './wire-menu.tsx';

const NODE_TYPES = { block: BlockNode, group: GroupNode, note: NoteNode };
const EDGE_TYPES = { wire: WireEdge };
export const BLOCK_MIME = 'application/x-millwright-block';
/** Node text is unreadable below; see `docs`. */
const FIT = { minZoom: 0.6, maxZoom: 1, padding: 0.12 };
/** Larger graphs draw only what is in sight. */
const ALL_DRAWN = 60;
/** Below this zoom a node shows its name alone, large enough to read. */
const FAR = 0.5;

export function Canvas({ blocks, children }: { blocks: readonly BlockManifest[]; children?: React.ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  return (
    <ReactFlowProvider>
      <div ref={box} className={classes.canvas} data-testid="studio-canvas">
        <RefusalProvider>
          <ObstaclesProvider>
            <Flow blocks={blocks} />
          </ObstaclesProvider>
          <Breadcrumb />
          {children}
        </RefusalProvider>
        <Distance box={box} />
      </div>
    </ReactFlowProvider>
  );
}

/** Says on the canvas' element how far away it is looked at from: style alone follows, nothing is drawn anew. */
function Distance({ box }: { box: React.RefObject<HTMLDivElement | null> }) {
  const store = useStoreApi();
  useEffect(() => {
    const tell = () => box.current?.toggleAttribute('data-far', store.getState().transform[2] < FAR);
    tell();
    return store.subscribe(tell);
  }, [store, box]);
  return null;
}

function Flow({ blocks }: { blocks: readonly BlockManifest[] }) {
  const t = useTranslations('studio');
  const session = useSession();
  const refuse = useRefuse();
  const flow = useReactFlow();
  const [nodes, setNodes] = useFlowNodes();
  const edges = useFlowEdges();
  const many = useView().nodes.length > ALL_DRAWN;
  const reveal = useStudio((state) => state.reveal);
  const overview = useStudio((state) => state.overview);
  const [offer, setOffer] = useState<Offer>();
  const onKeyDown = useCanvasKeys(setOffer);

  useEffect(() => {
    if (!reveal) return;
    // The canvas takes over the new places first.
    const timer = setTimeout(
      () => void flow.fitView({ nodes: [{ id: reveal.node }], maxZoom: 1, minZoom: 0.86, padding: 0.6, duration: 0 }),
      0,
    );
    return () => clearTimeout(timer);
  }, [reveal, flow]);

  useEffect(() => {
    if (!overview) return;
    const timer = setTimeout(() => void flow.fitView(FIT), 50);
    return () => clearTimeout(timer);
  }, [overview, flow]);

  const onNodesChange = useCallback(
    (changes: NodeChange<FlowNode>[]) => {
      setNodes((before) => applyNodeChanges(changes, before));
      const moved: Record<string, { x: number; y: number }> = {};
      const removed: string[] = [];
      const chosen = new Set(session.get().selection.nodes);
      let selects = false;
      const notes: Edit[] = [];
      for (const change of changes) {
        const note = 'id' in change ? noteOf(change.id) : undefined;
        if (change.type === 'position' && change.dragging === false && change.position) {
          if (note !== undefined) notes.push(changeNote(note, { position: change.position }));
          else moved[change.id] = change.position;
        } else if (change.type === 'remove') {
          if (note !== undefined) notes.push(removeNotes([note]));
          else removed.push(change.id);
        } else if (change.type === 'select' && isBlockNode(change.id)) {
          selects = true;
          change.selected ? chosen.add(change.id) : chosen.delete(change.id);
        }
      }
      // What is dragged or removed together is one step.
      session.edit(together(moveNodes(moved), removeNodes(removed), ...notes));
      if (selects) session.select([...chosen], session.get().selection.wires);
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
      if (!state.fromHandle) return;
      const forth = state.fromHandle.type === 'source';
      const end = { node: state.fromHandle.nodeId, port: state.fromHandle.id ?? (forth ? 'out' : 'in') };
      if (state.toHandle && !state.isValid) {
        const other = { node: state.toHandle.nodeId, port: state.toHandle.id ?? (forth ? 'in' : 'out') };
        const reason = forth ? session.get().facts.refusal(end, other) : session.get().facts.refusal(other, end);
        if (reason) refuse(reason);
      } else if (!state.toHandle && !state.toNode) {
        const point = 'changedTouches' in event ? event.changedTouches[0] : event;
        if (point) setOffer({ end, side: forth ? 'out' : 'in', at: { x: point.clientX, y: point.clientY } });
      }
    },
    [session, refuse],
  );
  const onDrop = (event: DragEvent) => {
    const manifest = blocks.find((block) => block.id === event.dataTransfer.getData(BLOCK_MIME));
    if (!manifest) return;
    event.preventDefault();
    const position = flow.screenToFlowPosition({ x: event.clientX - 106, y: event.clientY - 14 });
    const id = nextNodeId(session.view, manifest.id);
    session.edit(addNode({ block: manifest.id, version: manifest.version, params: starterParams(manifest), position }, id));
    session.select([id]);
  };

  return (
    // The canvas is one stop of the page; its nodes and ports are the stops inside.
    <section
      id="studio-canvas"
      tabIndex={-1}
      className={classes.flow}
      aria-label={t('canvas.name')}
      aria-describedby="studio-canvas-help"
      onKeyDownCapture={onKeyDown}
    >
      <span id="studio-canvas-help" className="mw-visually-hidden">
        {t('canvas.nodeHelp')}
      </span>
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
        onNodeClick={(event, node) => {
          // Of several that are chosen, a click takes the one.
          if (!event.shiftKey && !event.ctrlKey && !event.metaKey && isBlockNode(node.id)) session.select([node.id]);
        }}
        onNodeDoubleClick={(_, node) => session.enter(node.id)}
        onPaneClick={() => session.select([])}
        connectionMode={ConnectionMode.Strict}
        connectionRadius={24}
        onlyRenderVisibleElements={many}
        snapToGrid
        snapGrid={[12, 12]}
        fitView
        fitViewOptions={FIT}
        minZoom={0.3}
        maxZoom={2}
        deleteKeyCode={['Delete', 'Backspace']}
        multiSelectionKeyCode={['Shift', 'Meta', 'Control']}
        zoomOnDoubleClick={false}
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
        <MiniMap
          pannable
          zoomable
          nodeStrokeWidth={0}
          nodeColor={(node) => (node.type === 'block' ? 'var(--mw-dim)' : 'transparent')}
          style={{ width: 148, height: 90 }}
        />
      </ReactFlow>
      {offer && <WireMenu offer={offer} blocks={blocks} onClose={() => setOffer(undefined)} />}
    </section>
  );
}

const endsOf = (
  connection: Pick<Connection, 'source' | 'target' | 'sourceHandle' | 'targetHandle'> | WireFlowEdge,
): [Endpoint, Endpoint] => [
  { node: connection.source, port: connection.sourceHandle ?? 'out' },
  { node: connection.target, port: connection.targetHandle ?? 'in' },
];
