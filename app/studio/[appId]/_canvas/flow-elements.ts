import { Position } from '@xyflow/react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { BlockManifest } from '#runtime/graph/manifest.ts';
import { displayUnit } from '#runtime/units/units.ts';
import { groupTitle } from '../_edits/groups.ts';
import { wireKey } from '../_edits/wires.ts';
import { worstOf } from '../_session/facts.ts';
import { staleNodes } from '../_session/session.ts';
import { useStudio, useView } from '../_session/use-session.tsx';
import type { BlockFlowNode } from './block-node.tsx';
import { NODE_WIDTH, nodeHeight, portPlace } from './geometry.ts';
import type { GroupFlowNode } from './group-node.tsx';
import { NOTE_WIDTH, type NoteFlowNode } from './note-node.tsx';
import type { WireFlowEdge } from './wire-edge.tsx';

export type FlowNode = BlockFlowNode | GroupFlowNode | NoteFlowNode;

/** Ids of nodes are identifiers; what is drawn beside them has a colon in its name. */
export const noteFlowId = (id: string): string => `note:${id}`;
export const groupFlowId = (id: string): string => `group:${id}`;
export const noteOf = (flowId: string): string | undefined => (flowId.startsWith('note:') ? flowId.slice(5) : undefined);
export const isBlockNode = (flowId: string): boolean => !flowId.includes(':');

interface Known {
  readonly handles: NonNullable<BlockFlowNode['handles']>;
  readonly measured: { readonly width: number; readonly height: number };
}
const sizes = new WeakMap<BlockManifest, Known>();
const NO_PORTS: Known = { handles: [], measured: { width: NODE_WIDTH, height: nodeHeight(undefined) } };

/** Size and ports of a node before it is drawn, so that nodes out of sight need not be drawn to be placed and wired. */
function known(manifest: BlockManifest | undefined): Known {
  if (!manifest) return NO_PORTS;
  const there = sizes.get(manifest);
  if (there) return there;
  const of = (side: 'in' | 'out', ports: readonly string[]) =>
    ports.map((id, row) => ({
      id,
      type: side === 'in' ? ('target' as const) : ('source' as const),
      position: side === 'in' ? Position.Left : Position.Right,
      ...portPlace(side, row),
    }));
  const made: Known = {
    handles: [...of('in', Object.keys(manifest.inputs)), ...of('out', Object.keys(manifest.outputs))],
    measured: { width: NODE_WIDTH, height: nodeHeight(manifest) },
  };
  sizes.set(manifest, made);
  return made;
}

/** The graph's nodes, notes and frames as React Flow wants them: its own measurements and a drag in progress stay, all else follows the graph. */
export function useFlowNodes() {
  const view = useView();
  const facts = useStudio((state) => state.facts);
  const selected = useStudio((state) => state.selection.nodes);
  const run = useStudio((state) => state.run);
  const showing = useStudio((state) => state.showing);
  const root = useStudio((state) => state.history.now);
  const path = useStudio((state) => state.path);
  const stale = useMemo(() => (showing === 'run' ? staleNodes(run, root) : undefined), [run, root, showing]);
  const [nodes, setNodes] = useState<FlowNode[]>([]);
  useEffect(() => {
    const chosen = new Set(selected);
    setNodes((before) => {
      const there = new Map(before.map((node) => [node.id, node]));
      const blocks = view.nodes.map((node): BlockFlowNode => {
        const worst = worstOf(facts, node.id);
        const old = there.get(node.id) as BlockFlowNode | undefined;
        const staleBy = stale?.get(path[0] ?? node.id);
        const isSelected = chosen.has(node.id);
        const manifest = facts.manifest(node.id);
        const same =
          old?.data.node === node &&
          sameShape(old.data.manifest, manifest) &&
          old.data.worst === worst &&
          old.data.staleBy === staleBy &&
          old.selected === isSelected;
        if (same) return old;
        const position = old?.dragging ? old.position : node.position;
        const fixed = old && sameShape(old.data.manifest, manifest) ? {} : known(manifest);
        const data = { node, manifest, worst, staleBy };
        return { ...old, id: node.id, type: 'block', position, selected: isSelected, ...fixed, data };
      });
      const notes = (view.notes ?? []).map((note): NoteFlowNode => {
        const id = noteFlowId(note.id);
        const old = there.get(id) as NoteFlowNode | undefined;
        if (old?.data.note === note) return old;
        const position = old?.dragging ? old.position : note.position;
        const width = note.width ?? NOTE_WIDTH;
        // A size at once: what has none is hidden, and what is hidden cannot be written into.
        const measured = old?.measured ?? { width, height: 72 };
        return { ...old, id, type: 'note', position, width, measured, zIndex: 1, data: { note } };
      });
      return [...blocks, ...notes];
    });
  }, [view, facts, selected, stale, path]);
  const frames = useFrames(nodes, facts.manifest);
  const all = useMemo(() => (frames.length === 0 ? nodes : [...frames, ...nodes]), [frames, nodes]);
  return [all, setNodes] as const;
}

/** A subgraph's manifest is made anew for every judgement; what is drawn of it is often the same. */
const sameShape = (a: BlockManifest | undefined, b: BlockManifest | undefined): boolean =>
  a === b ||
  (a !== undefined &&
    b !== undefined &&
    a.id === b.id &&
    a.version === b.version &&
    a.title.en === b.title.en &&
    a.title.zh === b.title.zh &&
    Object.keys(a.inputs).join() === Object.keys(b.inputs).join() &&
    Object.keys(a.outputs).join() === Object.keys(b.outputs).join());

const MARGIN = 16;
const HEAD = 24;

/** Frames lie round their members, wherever those are just now. */
function useFrames(nodes: readonly FlowNode[], manifest: (id: string) => BlockManifest | undefined): GroupFlowNode[] {
  const groups = useView().groups;
  const last = useRef<GroupFlowNode[]>([]);
  return useMemo(() => {
    if (!groups || groups.length === 0) {
      if (last.current.length > 0) last.current = [];
      return last.current;
    }
    const members = new Map<string, BlockFlowNode[]>();
    for (const node of nodes) {
      const group = node.type === 'block' ? node.data.node.group : undefined;
      if (group !== undefined && node.type === 'block') members.set(group, [...(members.get(group) ?? []), node]);
    }
    const old = new Map(last.current.map((frame) => [frame.id, frame]));
    last.current = groups.flatMap((group): GroupFlowNode[] => {
      const inside = members.get(group.id) ?? [];
      if (inside.length === 0) return [];
      const left = Math.min(...inside.map((node) => node.position.x)) - MARGIN;
      const top = Math.min(...inside.map((node) => node.position.y)) - MARGIN - HEAD;
      const right = Math.max(...inside.map((node) => node.position.x)) + NODE_WIDTH + MARGIN;
      const bottom = Math.max(...inside.map((node) => node.position.y + nodeHeight(manifest(node.id)))) + MARGIN;
      const [width, height] = [right - left, bottom - top];
      const id = groupFlowId(group.id);
      const before = old.get(id);
      const ids = inside.map((node) => node.id);
      if (
        before?.position.x === left &&
        before.position.y === top &&
        before.width === width &&
        before.height === height &&
        before.data.group === group &&
        before.data.members.join() === ids.join()
      )
        return [before];
      return [
        {
          id,
          type: 'group',
          position: { x: left, y: top },
          width,
          height,
          measured: { width, height },
          zIndex: -1,
          selectable: false,
          draggable: false,
          focusable: false,
          data: { group, members: ids, title: groupTitle(group.title) },
        },
      ];
    });
    return last.current;
  }, [groups, nodes, manifest]);
}

export function useFlowEdges(): WireFlowEdge[] {
  const view = useView();
  const facts = useStudio((state) => state.facts);
  const selected = useStudio((state) => state.selection.wires);
  const last = useRef(new Map<string, WireFlowEdge>());
  return useMemo(() => {
    const chosen = new Set(selected);
    const edges = view.wires.map((wire): WireFlowEdge => {
      const id = wireKey(wire);
      const conversions = facts.conversionsOf(wire).map(({ from, to }) => `${displayUnit(from)} → ${displayUnit(to)}`);
      const conversion = conversions.length > 0 ? conversions.join(', ') : undefined;
      const isSelected = chosen.has(id);
      const old = last.current.get(id);
      if (old && old.selected === isSelected && old.data?.conversion === conversion) return old;
      return {
        id,
        type: 'wire',
        source: wire.from.node,
        sourceHandle: wire.from.port,
        target: wire.to.node,
        targetHandle: wire.to.port,
        selected: isSelected,
        ariaLabel: `${wire.from.node}.${wire.from.port} → ${wire.to.node}.${wire.to.port}`,
        data: { conversion },
      };
    });
    last.current = new Map(edges.map((edge) => [edge.id, edge]));
    return edges;
  }, [view, facts, selected]);
}
