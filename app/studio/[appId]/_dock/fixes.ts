import type { Bilingual, GraphWire, TagRole } from '#runtime/graph/document.ts';
import type { GraphProblem } from '#runtime/graph/problem.ts';
import { displayUnit } from '#runtime/units/units.ts';
import { type Edit, together } from '../_edits/edit.ts';
import { addNode, nextNodeId, setVersion } from '../_edits/nodes.ts';
import { putRole } from '../_edits/roles.ts';
import type { GraphView } from '../_edits/scope.ts';
import { connect, type Endpoint } from '../_edits/wires.ts';
import type { GraphFacts } from '../_session/facts.ts';
import { couldFeed } from '../_session/fit.ts';

export interface Fix {
  readonly label: Bilingual;
  readonly edit: Edit;
  /** To be looked at next: what was put in wants a person's word. */
  readonly node?: string;
}
interface About {
  readonly view: GraphView;
  readonly facts: GraphFacts;
  readonly roles: readonly TagRole[];
  /** Newest version of a block. */
  newest(block: string): string | undefined;
}

/** Outputs that are tried for an input without a wire, nearest first: each try judges the whole graph. */
const TRIES = 6;

/** What would put a problem of the open graph right, where one edit can. */
export function fixFor(problem: GraphProblem, about: About): Fix | undefined {
  const { view, facts, roles } = about;
  const prefix = facts.prefix ?? '';
  if (!problem.node?.startsWith(prefix)) return undefined;
  const id = problem.node.slice(prefix.length);
  const node = view.nodes.find((one) => one.id === id);
  if (!node) return undefined;
  const to = { node: id, port: problem.port ?? '' };
  switch (problem.code) {
    case 'wire-missing': {
      const from = nearestOutput(to, about);
      return (
        from && {
          label: { en: `Connect ${from.node}.${from.port}`, zh: `连接 ${from.node}.${from.port}` },
          edit: facts.wire(from, to),
        }
      );
    }
    case 'column-missing':
    case 'column-type':
    case 'unit-dimension':
    case 'unit-missing': {
      const wire = view.wires.find((one) => one.to.node === to.node && one.to.port === to.port);
      return wire && columnFix(problem, wire, about);
    }
    case 'role-unknown': {
      const name = node.params[problem.param ?? 'role'];
      if (typeof name !== 'string' || name === '') return undefined;
      const role: TagRole = { name, title: { en: name, zh: name }, type: 'number', optional: false, write: false };
      return { label: { en: `Add the role ${name}`, zh: `添加角色 ${name}` }, edit: putRole(role) };
    }
    case 'role-write': {
      const role = roles.find((one) => one.name === node.params[problem.param ?? 'role']);
      return (
        role && {
          label: { en: `Let the app write ${role.name}`, zh: `允许应用写入 ${role.name}` },
          edit: putRole({ ...role, write: true }),
        }
      );
    }
    case 'block-version': {
      const version = about.newest(node.block);
      return version === undefined
        ? undefined
        : { label: { en: `Take version ${version}`, zh: `改用版本 ${version}` }, edit: setVersion(id, version) };
    }
    default:
      return undefined;
  }
}

/** Another column of the wire that fits; else a block between, that says what the number is in the unit that is wanted. */
function columnFix(problem: GraphProblem, { from, to }: GraphWire, { view, facts, newest }: About): Fix | undefined {
  const chosen = facts.wire(from, to)(view);
  if (chosen !== view && JSON.stringify(chosen.nodes) !== JSON.stringify(view.nodes))
    return { label: { en: 'Choose the column that fits', zh: '选用匹配的列' }, edit: facts.wire(from, to) };
  const version = newest('millwright/transform.expr');
  const port = facts.manifest(to.node)?.inputs[to.port];
  const wanted = Object.values(port?.columns ?? {}).find((column) => typeof column.unit === 'string')?.unit;
  if (!problem.code.startsWith('unit') || version === undefined || typeof wanted !== 'string') return undefined;
  const target = view.nodes.find((one) => one.id === to.node);
  const source = view.nodes.find((one) => one.id === from.node);
  if (!target || !source) return undefined;
  const id = nextNodeId(view, 'convert');
  const position = {
    x: (source.position.x + target.position.x) / 2,
    y: Math.max(source.position.y, target.position.y) + 150,
  };
  return {
    label: { en: `Insert a conversion to ${displayUnit(wanted)}`, zh: `插入到 ${displayUnit(wanted)} 的换算` },
    edit: together(
      addNode({ block: 'millwright/transform.expr', version, params: { expression: 'a', unit: wanted }, position }, id),
      connect(from, { node: id, port: 'a' }),
      connect({ node: id, port: 'out' }, to),
    ),
    node: id,
  };
}

function nearestOutput(to: Endpoint, { view, facts }: About): Endpoint | undefined {
  const target = view.nodes.find((one) => one.id === to.node);
  const port = facts.manifest(to.node)?.inputs[to.port];
  if (!target || !port) return undefined;
  const ends = view.nodes
    .filter((one) => one.id !== to.node)
    .flatMap((one) =>
      Object.keys(facts.manifest(one.id)?.outputs ?? {}).map((name) => ({
        end: { node: one.id, port: name },
        // What stands to the left is meant before what stands to the right.
        far:
          Math.abs(target.position.x - one.position.x) * (one.position.x > target.position.x ? 4 : 1) +
          Math.abs(target.position.y - one.position.y),
      })),
    )
    .filter(({ end }) => facts.schemaOf(end) !== undefined && couldFeed(facts.schemaOf(end), port))
    .sort((a, b) => a.far - b.far);
  return ends.slice(0, TRIES).find(({ end }) => !facts.refusal(end, to))?.end;
}
