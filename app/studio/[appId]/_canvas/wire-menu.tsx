'use client';
import { useReactFlow } from '@xyflow/react';
import type { BlockManifest } from '#runtime/graph/manifest.ts';
import { addNode, nextNodeId } from '../_edits/nodes.ts';
import type { Endpoint } from '../_edits/wires.ts';
import { couldFeed, couldTake, fittingInput, fittingOutput } from '../_session/fit.ts';
import { starterParams } from '../_session/starter.ts';
import { useSession } from '../_session/use-session.tsx';
import { BlockMenu } from './block-menu.tsx';
import { NODE_WIDTH } from './geometry.ts';

/** A port whose wire was let go on the empty canvas. */
export interface Offer {
  readonly end: Endpoint;
  readonly side: 'in' | 'out';
  /** On the screen, px. */
  readonly at: { readonly x: number; readonly y: number };
}

/** The blocks that a wire from or to this port fits; the chosen one is placed there and wired, as one step. */
export function WireMenu({ offer, blocks, onClose }: { offer: Offer; blocks: readonly BlockManifest[]; onClose: () => void }) {
  const session = useSession();
  const flow = useReactFlow();
  const { facts } = session.get();
  const { end, side } = offer;
  const schema = side === 'out' ? facts.schemaOf(end) : undefined;
  const wanted = side === 'in' ? facts.manifest(end.node)?.inputs[end.port] : undefined;
  const fitting = blocks.filter((block) =>
    side === 'out'
      ? Object.values(block.inputs).some((port) => couldFeed(schema, port))
      : Object.values(block.outputs).some((port) => couldTake(wanted, port)),
  );
  const take = (manifest: BlockManifest) => {
    onClose();
    const id = nextNodeId(session.view, manifest.id);
    const point = flow.screenToFlowPosition(offer.at);
    const position = side === 'out' ? point : { x: point.x - NODE_WIDTH, y: point.y };
    const mark = `offer:${id}`;
    session.edit(addNode({ block: manifest.id, version: manifest.version, params: starterParams(manifest), position }, id), mark);
    const port = side === 'out' ? fittingInput(manifest, schema) : fittingOutput(manifest, wanted);
    // Judged with the node in place; one step of the undo stack with it.
    if (port) {
      const other = { node: id, port };
      session.edit(session.get().facts.wire(...((side === 'out' ? [end, other] : [other, end]) as [Endpoint, Endpoint])), mark);
    }
    session.show(id);
  };
  return <BlockMenu at={offer.at} blocks={fitting} onTake={take} onClose={onClose} />;
}
