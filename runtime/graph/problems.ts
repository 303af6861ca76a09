import type { Bilingual } from './document.ts';
import type { GraphProblem } from './problem.ts';

/** Where a problem is. */
export type Place = Pick<GraphProblem, 'node' | 'port' | 'wire' | 'param' | 'line' | 'column'>;

const list = (names: readonly string[], limit = 12): { en: string; zh: string } => {
  const shown = names.slice(0, limit);
  const more = names.length > limit;
  return names.length === 0
    ? { en: 'nothing', zh: '无' }
    : { en: shown.join(', ') + (more ? ', …' : ''), zh: shown.join('、') + (more ? '……' : '') };
};

export function problem(
  code: string,
  place: Place,
  en: string,
  zh: string,
  fix?: Bilingual,
  severity: GraphProblem['severity'] = 'error',
): GraphProblem {
  return { code, severity, message: { en, zh }, ...place, ...(fix ? { fix } : {}) };
}

export const unknownBlock = (node: string, block: string, similar: readonly string[]): GraphProblem =>
  problem(
    'block-unknown',
    { node },
    `There is no block '${block}'.`,
    `没有积木“${block}”。`,
    similar.length > 0
      ? { en: `Similar: ${list(similar).en}.`, zh: `相近的有：${list(similar).zh}。` }
      : { en: 'Choose a block from the palette.', zh: '请从积木库中选择。' },
  );
export const unknownVersion = (node: string, block: string, version: string, versions: readonly string[]): GraphProblem =>
  problem('block-version', { node }, `Block '${block}' has no version ${version}.`, `积木“${block}”没有版本 ${version}。`, {
    en: `Available: ${list(versions).en}.`,
    zh: `可用版本：${list(versions).zh}。`,
  });
export const duplicateNode = (node: string): GraphProblem =>
  problem('node-duplicate', { node }, `Two nodes are called '${node}'.`, `有两个节点同名“${node}”。`, {
    en: 'Give one of them another id.',
    zh: '请为其中一个改名。',
  });
export const duplicateOutput = (name: string, node: string): GraphProblem =>
  problem('output-duplicate', { node }, `Two outputs are called '${name}'.`, `有两个输出同名“${name}”。`, {
    en: 'Give one of them another name.',
    zh: '请为其中一个改名。',
  });
export const duplicateRole = (name: string): GraphProblem =>
  problem('role-duplicate', {}, `Two roles are called '${name}'.`, `有两个角色同名“${name}”。`, {
    en: 'Give one of them another name.',
    zh: '请为其中一个改名。',
  });
export const duplicateParameter = (key: string): GraphProblem =>
  problem('parameter-duplicate', {}, `Two parameters are called '${key}'.`, `有两个参数同名“${key}”。`, {
    en: 'Give one of them another key.',
    zh: '请为其中一个改名。',
  });
export const unknownNode = (node: string, place: Place): GraphProblem =>
  problem('node-unknown', place, `There is no node '${node}'.`, `没有节点“${node}”。`, {
    en: 'Remove this wire or add the node.',
    zh: '请删除此连线或添加该节点。',
  });
export const unknownPort = (
  node: string,
  port: string,
  side: 'input' | 'output',
  ports: readonly string[],
  place: Place,
): GraphProblem =>
  problem(
    'port-unknown',
    { node, port, ...place },
    `Node '${node}' has no ${side} '${port}' (it has ${list(ports).en}).`,
    `节点“${node}”没有${side === 'input' ? '输入' : '输出'}“${port}”（它有 ${list(ports).zh}）。`,
  );
export const badParam = (node: string, param: string, message: Bilingual): GraphProblem =>
  problem('param-invalid', { node, param }, `${param || 'Parameters'}: ${message.en}`, `${param || '参数'}：${message.zh}`);
export const unknownParameter = (node: string, param: string, key: string, keys: readonly string[]): GraphProblem =>
  problem(
    'parameter-unknown',
    { node, param },
    `The app has no parameter '${key}' (it has ${list(keys).en}).`,
    `应用没有参数“${key}”（现有 ${list(keys).zh}）。`,
  );
export const unknownRole = (node: string, param: string, role: string, roles: readonly string[]): GraphProblem =>
  problem(
    'role-unknown',
    { node, param },
    `The app has no role '${role}' (it has ${list(roles).en}).`,
    `应用没有角色“${role}”（现有 ${list(roles).zh}）。`,
    {
      en: 'Add the role to the app, or choose one of them.',
      zh: '请在应用中添加该角色，或选择已有角色。',
    },
  );
export const roleNotWritable = (node: string, param: string, role: string): GraphProblem =>
  problem(
    'role-write',
    { node, param },
    `This node writes to '${role}', but the role is not marked as written.`,
    `该节点要写入“${role}”，但该角色未标记为可写。`,
    {
      en: "Mark the role as 'written by the app', so that the installer sees and grants it.",
      zh: '请把该角色标记为“由应用写入”，以便安装者查看并授权。',
    },
  );
export const badUnit = (node: string, param: string, unit: string): GraphProblem =>
  problem('unit-unknown', { node, param }, `'${unit}' is not a UCUM unit.`, `“${unit}”不是 UCUM 单位。`, {
    en: "Examples: 'Cel', '[degF]', 'bar', '[psi]', 'kW', 'm3/h', '1/min'.",
    zh: '例如：Cel、[degF]、bar、[psi]、kW、m3/h、1/min。',
  });
export const missingWire = (node: string, port: string): GraphProblem =>
  problem('wire-missing', { node, port }, `Input '${port}' of '${node}' needs a wire.`, `“${node}”的输入“${port}”需要连线。`, {
    en: 'Connect an output to it.',
    zh: '请把某个输出连接到它。',
  });
export const kindMismatch = (node: string, port: string, wire: number, wants: 'stream' | 'frame'): GraphProblem =>
  wants === 'frame'
    ? problem(
        'wire-kind',
        { node, port, wire },
        `Input '${port}' of '${node}' takes frames (finite tables), but this wire carries a stream.`,
        `“${node}”的输入“${port}”需要帧（有限表），而此连线是数据流。`,
        {
          en: 'Put a collecting block between them, e.g. a window that gives frames.',
          zh: '请在中间加一个收集积木，例如输出帧的窗口。',
        },
      )
    : problem(
        'wire-kind',
        { node, port, wire },
        `Input '${port}' of '${node}' takes a stream, but this wire carries frames (finite tables).`,
        `“${node}”的输入“${port}”需要数据流，而此连线是帧（有限表）。`,
        {
          en: 'Use a block that takes frames.',
          zh: '请使用接收帧的积木。',
        },
      );
export const frameMerge = (node: string, port: string, wire: number): GraphProblem =>
  problem(
    'frame-merge',
    { node, port, wire },
    `Several wires of frames enter '${port}' of '${node}'; frames are never merged.`,
    `多条帧连线接入“${node}”的“${port}”；帧不能合并。`,
    { en: 'Keep one wire.', zh: '请只保留一条连线。' },
  );
export const missingColumn = (
  node: string,
  port: string,
  wire: number | undefined,
  column: string,
  has: readonly string[],
): GraphProblem =>
  problem(
    'column-missing',
    { node, port, ...(wire === undefined ? {} : { wire }) },
    `The wire has no column '${column}' (it has ${list(has).en}).`,
    `连线上没有列“${column}”（现有 ${list(has).zh}）。`,
    {
      en: 'Choose one of the columns of the wire.',
      zh: '请从连线的列中选择。',
    },
  );
export const typeMismatch = (
  node: string,
  port: string,
  wire: number | undefined,
  column: string,
  has: string,
  needs: string,
): GraphProblem =>
  problem(
    'column-type',
    { node, port, ...(wire === undefined ? {} : { wire }) },
    `Column '${column}' is ${has}, but '${node}' needs ${needs}.`,
    `列“${column}”的类型是 ${has}，而“${node}”需要 ${needs}。`,
  );
export const unitMismatch = (
  node: string,
  port: string,
  wire: number | undefined,
  column: string,
  has: string,
  needs: string,
): GraphProblem =>
  problem(
    'unit-dimension',
    { node, port, ...(wire === undefined ? {} : { wire }) },
    `Column '${column}' is in '${has}', which cannot become '${needs}': they measure different things.`,
    `列“${column}”的单位是“${has}”，不能换算为“${needs}”：量纲不同。`,
    {
      en: `Connect a column that is measured in '${needs}' or a unit of the same kind.`,
      zh: `请连接以“${needs}”或同类单位计量的列。`,
    },
  );
export const unitMissing = (node: string, port: string, wire: number | undefined, column: string, needs: string): GraphProblem =>
  problem(
    'unit-missing',
    { node, port, ...(wire === undefined ? {} : { wire }) },
    `Column '${column}' has no unit; '${node}' takes it as '${needs}'.`,
    `列“${column}”没有单位；“${node}”按“${needs}”处理。`,
    undefined,
    'warning',
  );
export const cycle = (nodes: readonly string[]): GraphProblem =>
  problem(
    'cycle',
    { node: nodes[0] },
    `These nodes form a cycle: ${nodes.join(' → ')}.`,
    `这些节点构成回路：${nodes.join(' → ')}。`,
    {
      en: "Put 'Previous value' (series.delay) into the loop.",
      zh: '请在回路中加入“前值”（series.delay）。',
    },
  );
export const cycleInput = (node: string, port: string, wire: number): GraphProblem =>
  problem(
    'cycle-input',
    { node, port, wire },
    `A wire that closes a cycle must enter an input that keeps the latest value, not '${port}' of '${node}'.`,
    `构成回路的连线须接入“保留最新值”的输入，而不是“${node}”的“${port}”。`,
    {
      en: 'Lead it into a block with several inputs, such as an expression; another input fires the block.',
      zh: '请把它接到多输入积木（如表达式），由其他输入触发。',
    },
  );
export const unguardedWrite = (node: string): GraphProblem =>
  problem(
    'write-unguarded',
    { node },
    `'${node}' writes to the plant, but not every way to it passes an interlock.`,
    `“${node}”会写入设备，但并非每条通路都经过联锁。`,
    {
      en: "Put one 'Interlock' (control.interlock) before it, so that all its inputs pass it.",
      zh: '请在其前面放置一个“联锁”（control.interlock），使所有输入都经过它。',
    },
  );
export const guardInput = (node: string, param: string, name: string): GraphProblem =>
  problem(
    'guard-input',
    { node, param },
    `The interlock asks about '${name}', which does not come straight from a tag: it could not be checked again right before the write.`,
    `联锁条件中的“${name}”不是直接来自变量：写入前无法再次核对。`,
    {
      en: "Wire a 'Tag' source directly to this input, or leave it out of the condition.",
      zh: '请把“变量”源直接接到该输入，或从条件中去掉它。',
    },
  );
export const expressionProblem = (node: string, param: string, code: string, message: Bilingual, column?: number): GraphProblem =>
  problem(code, { node, param, line: 1, ...(column === undefined ? {} : { column }) }, message.en, message.zh);
export const expressionName = (
  node: string,
  param: string,
  name: string,
  has: readonly string[],
  column?: number,
): GraphProblem =>
  problem(
    'expression-name',
    { node, param, line: 1, ...(column === undefined ? {} : { column }) },
    `There is no column '${name}' (available: ${list(has).en}).`,
    `没有列“${name}”（可用：${list(has).zh}）。`,
  );
export const codeProblem = (
  node: string,
  param: string,
  code: string,
  message: Bilingual,
  line: number,
  column?: number,
): GraphProblem => problem(code, { node, param, line, ...(column === undefined ? {} : { column }) }, message.en, message.zh);
export const unknownBinding = (node: string, column: string, has: readonly string[]): GraphProblem =>
  problem(
    'bind-unknown',
    { node },
    `'${node}' has no column '${column}' to bind or rename (it has ${list(has).en}).`,
    `“${node}”没有可绑定或改名的列“${column}”（现有 ${list(has).zh}）。`,
    undefined,
    'warning',
  );
export const sameColumn = (node: string, port: string, column: string): GraphProblem =>
  problem(
    'column-duplicate',
    { node, port },
    `'${node}' would give two columns called '${column}'.`,
    `“${node}”会给出两个同名列“${column}”。`,
    { en: 'Rename one of them.', zh: '请为其中一个改名。' },
  );

export const unknownSubgraph = (node: string, name: string, has: readonly string[]): GraphProblem =>
  problem(
    'subgraph-unknown',
    { node, param: 'graph' },
    `The graph has no subgraph '${name}' (it has ${list(has).en}).`,
    `图中没有子图“${name}”（现有 ${list(has).zh}）。`,
    { en: 'Choose one of the subgraphs of this graph.', zh: '请选择本图已有的子图。' },
  );
export const subgraphCycle = (node: string, names: readonly string[]): GraphProblem =>
  problem(
    'subgraph-cycle',
    { node, param: 'graph' },
    `A subgraph cannot contain itself: ${names.join(' → ')}.`,
    `子图不能包含自身：${names.join(' → ')}。`,
    { en: 'Take this node out of the subgraph.', zh: '请从子图中移除该节点。' },
  );
export const subgraphSize = (node: string, limit: number): GraphProblem =>
  problem(
    'subgraph-size',
    { node, param: 'graph' },
    `With its subgraphs the graph has more than ${limit} nodes.`,
    `连同子图，该图超过 ${limit} 个节点。`,
    { en: 'Split the app, or nest less.', zh: '请拆分应用，或减少嵌套。' },
  );
export const duplicateSubgraphName = (
  node: string,
  graph: string,
  side: 'input' | 'output' | 'parameter',
  name: string,
): GraphProblem =>
  problem(
    'subgraph-duplicate',
    { node },
    `Subgraph '${graph}' has two ${side}s called '${name}'.`,
    `子图“${graph}”有两个${{ input: '输入', output: '输出', parameter: '参数' }[side]}同名“${name}”。`,
    { en: 'Give one of them another name.', zh: '请为其中一个改名。' },
  );
export const subgraphPort = (
  node: string,
  graph: string,
  side: 'input' | 'output',
  port: string,
  inner: string | undefined,
): GraphProblem =>
  problem(
    'subgraph-port',
    { node, port },
    inner === undefined
      ? `Input '${port}' of subgraph '${graph}' leads nowhere.`
      : `${side === 'input' ? 'Input' : 'Output'} '${port}' of subgraph '${graph}' names the node '${inner}', which it does not have.`,
    inner === undefined
      ? `子图“${graph}”的输入“${port}”没有接到任何节点。`
      : `子图“${graph}”的${side === 'input' ? '输入' : '输出'}“${port}”指向节点“${inner}”，但子图中没有该节点。`,
    { en: 'Lead it to a port of a node of the subgraph.', zh: '请把它接到子图中某个节点的端口。' },
  );
export const unknownSubgraphValue = (node: string, key: string, keys: readonly string[]): GraphProblem =>
  problem(
    'subgraph-value-unknown',
    { node, param: `values.${key}` },
    `The subgraph has no parameter '${key}' (it has ${list(keys).en}).`,
    `子图没有参数“${key}”（现有 ${list(keys).zh}）。`,
  );
