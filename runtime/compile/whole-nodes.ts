import type { WholeNode } from '#runtime/step/contract.ts';
import { Layout } from './layout.ts';
import type { Plan } from './plan.ts';
import { addState } from './state-cells.ts';

/** The nodes that keep an app in one piece: without them each key gives the same, wherever the others are. */
export function wholeNodes(plan: Plan): WholeNode[] {
  return plan.nodes.flatMap((node): WholeNode[] => {
    const layout = new Layout();
    addState(layout, node);
    const { id } = node;
    // also what no block declares: random numbers of the node as a whole
    if (layout.cells.some((cell) => !cell.perKey)) return [{ node: id, why: 'state' }];
    // the rows of any key move the time on at which timers are looked at
    if (node.code?.handlers.has('onTimer')) return [{ node: id, why: 'timer' }];
    return node.join === 'align' ? [{ node: id, why: 'align' }] : [];
  });
}
