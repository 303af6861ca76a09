import { blockCatalogue } from '#blocks/catalogue/browser.ts';
import type { GraphDocument, GraphNode } from '#runtime/graph/document.ts';
import { COLUMN_PITCH, type Edit, together } from '../_edits/edit.ts';
import { addNode, nextNodeId, setParam } from '../_edits/nodes.ts';
import { putRole } from '../_edits/roles.ts';
import { nameOutput } from '../_edits/wires.ts';
import type { StudioSession } from '../_session/session.ts';
import { starterParams } from '../_session/starter.ts';

export const TOUR = ['source', 'role', 'window', 'compare', 'alarm', 'bind', 'test'] as const;
export type TourStep = (typeof TOUR)[number];

const BLOCKS = {
  source: 'millwright/source.tag',
  window: 'millwright/series.window',
  compare: 'millwright/series.compare',
  alarm: 'millwright/alarm.raise',
} as const;

const first = (document: GraphDocument, block: string): GraphNode | undefined =>
  document.nodes.find((node) => node.block === block);
const joined = (document: GraphDocument, from: string, to: string): boolean =>
  document.wires.some(
    (wire) =>
      document.nodes.find((node) => node.id === wire.from.node)?.block === from &&
      document.nodes.find((node) => node.id === wire.to.node)?.block === to,
  );

/** Which steps are done is read from the app itself, so that it does not matter how they were done. */
export function doneSteps(document: GraphDocument, bound: boolean, tested: boolean): Readonly<Record<TourStep, boolean>> {
  const role = first(document, BLOCKS.source)?.params.role;
  return {
    source: first(document, BLOCKS.source) !== undefined,
    role: document.roles.some((one) => one.name === role),
    window: joined(document, BLOCKS.source, BLOCKS.window),
    compare: joined(document, BLOCKS.window, BLOCKS.compare),
    alarm: joined(document, BLOCKS.compare, BLOCKS.alarm) && first(document, BLOCKS.alarm)?.params.text !== undefined,
    bind: bound,
    test: tested,
  };
}

/** Does a step of the tour on the graph, wired and with values that make sense for a compressed-air header. */
export function doStep(session: StudioSession, step: TourStep): void {
  const add = (
    block: string,
    params: Readonly<Record<string, unknown>>,
    after?: { node: GraphNode; port: string; into: string },
  ) => {
    const catalogue = blockCatalogue();
    const [version = '1.0.0'] = catalogue.versions(block);
    const manifest = catalogue.block(block, version)?.manifest;
    const id = nextNodeId(session.view, block);
    const at = after?.node.position ?? { x: -COLUMN_PITCH, y: 0 };
    const mark = `tour:${id}`;
    session.edit(
      addNode(
        {
          block,
          version,
          params: { ...(manifest ? starterParams(manifest) : {}), ...params },
          position: { x: at.x + COLUMN_PITCH, y: at.y },
        },
        id,
      ),
      mark,
    );
    if (after)
      session.edit(session.get().facts.wire({ node: after.node.id, port: after.port }, { node: id, port: after.into }), mark);
    session.select([id]);
    session.set({ overview: {} });
    return { id, mark };
  };
  const { view } = session;
  const [source, window, compare] = [BLOCKS.source, BLOCKS.window, BLOCKS.compare].map((block) => first(view, block));
  if (step === 'source') add(BLOCKS.source, {});
  if (step === 'role' && source) session.editApp(giveRole(source.id));
  if (step === 'window' && source) {
    const { id, mark } = add(BLOCKS.window, { seconds: 60 }, { node: source, port: 'out', into: 'in' });
    session.edit(nameOutput({ node: id, port: 'out' }, 'mean'), mark);
  }
  if (step === 'compare' && window)
    add(BLOCKS.compare, { high: 7.5, hysteresis: 0.1 }, { node: window, port: 'out', into: 'in' });
  if (step === 'alarm' && compare)
    add(BLOCKS.alarm, { text: { en: 'Header pressure is high', zh: '总管压力高' } }, { node: compare, port: 'out', into: 'in' });
}

const giveRole = (node: string): Edit =>
  together(
    putRole({
      name: 'pressure',
      title: { en: 'Header pressure', zh: '总管压力' },
      type: 'number',
      unit: 'bar',
      range: [0, 16],
      optional: false,
      write: false,
      why: { en: 'The signal that is watched', zh: '被监视的信号' },
    }),
    setParam(node, 'role', 'pressure'),
  );
