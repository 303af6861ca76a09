import { readFileSync } from 'node:fs';
import path from 'node:path';

/** An app with every kind of picture: it plans the 6 × 6 workshop of Fisher and Thompson (1963), whose best plan is known to last 55. */
interface Ft06 {
  readonly job: readonly string[];
  readonly step: readonly number[];
  readonly machine: readonly string[];
  readonly duration: readonly number[];
}
const text = readFileSync(path.join(import.meta.dirname, '../../blocks/optimize/jobshop/cases/ft06.json'), 'utf8');
const operations = (JSON.parse(text) as { input: readonly Ft06[] }).input[0] as Ft06;
const rows = operations.job.map((job, i) => ({
  ...{ job, step: operations.step[i], machine: operations.machine[i], duration: operations.duration[i] ?? 0 },
}));
const machines = [...new Set(operations.machine)].sort().map((name, i) => ({
  ...{ name, x: 4 + 8 * (i % 3), y: i < 3 ? 4 : 10 },
  value: rows.reduce((sum, r) => sum + (r.machine === name ? r.duration : 0), 0),
}));
/** How often work goes from one machine to the next. */
const links = Object.entries(
  Object.groupBy(
    rows.flatMap((r, i) => (rows[i + 1]?.job === r.job ? [`${r.machine} ${rows[i + 1]?.machine}`] : [])),
    (pair) => pair,
  ),
).map(([pair, all]) => ({ from: pair.split(' ')[0], to: pair.split(' ')[1], value: all?.length }));

const node = (id: string, block: string, params: Record<string, unknown>) => ({
  ...{ id, block: `millwright/${block}`, version: '1.0.0', params },
});
const wire = (from: string, to: string, [out, into] = ['out', 'in']) => ({
  from: { node: from, port: out },
  to: { node: to, port: into },
});
/** Gives a table when the form is sent. */
const tableOf = (name: string, data: readonly object[], fields: readonly object[]) => ({
  nodes: [
    node(`${name}Text`, 'transform.code', {
      code: `export default () => ({ document: ${JSON.stringify(JSON.stringify({ rows: data }))} });`,
      outputs: [{ name: 'document', type: 'text' }],
    }),
    node(name, 'transform.schema', { format: 'json', rows: 'data/rows', fields }),
  ],
  wires: [wire('release', `${name}Text`), wire(`${name}Text`, name)],
});
const field = (name: string, type: string, unit?: string) => ({ name, type, path: name, ...(unit ? { unit } : {}) });
const tables = [
  tableOf('operations', rows, [
    field('job', 'text'),
    field('step', 'number'),
    field('machine', 'text'),
    field('duration', 'number', 'min'),
  ]),
  tableOf('machines', machines, [
    field('name', 'text'),
    field('x', 'number', 'm'),
    field('y', 'number', 'm'),
    field('value', 'number', 'min'),
  ]),
  tableOf('links', links, [field('from', 'text'), field('to', 'text'), field('value', 'number')]),
];
const title = (en: string, zh: string) => ({ en, zh });

export const workshop = {
  name: title('Workshop plan', '车间排产'),
  graph: {
    format: 1,
    nodes: [
      node('release', 'source.form', {
        form: 'release',
        title: title('Lots to release', '下达批数'),
        unit: '1',
        low: 1,
        high: 9,
      }),
      ...tables.flatMap((t) => t.nodes),
      node('plan', 'optimize.jobshop', { timeLimit: 2 }),
      node('report', 'notify.report', {
        title: title('Plan of the workshop', '车间排程'),
        prefix: 'PLAN',
        columns: [
          { name: 'machine', title: title('Machine', '机器'), show: 'text' },
          { name: 'job', title: title('Job', '作业'), show: 'text' },
          { name: 'from', title: title('From', '开始'), show: 'time' },
          { name: 'to', title: title('To', '结束'), show: 'time' },
        ],
        zone: 'Asia/Shanghai',
      }),
    ],
    wires: [
      ...tables.flatMap((t) => t.wires),
      wire('operations', 'plan', ['out', 'operations']),
      wire('plan', 'report', ['plan', 'in']),
    ],
    outputs: [
      { name: 'plan', from: { node: 'plan', port: 'plan' }, title: title('Plan', '排程') },
      { name: 'summary', from: { node: 'plan', port: 'summary' }, title: title('Quality of the plan', '排程质量') },
      { name: 'machines', from: { node: 'machines', port: 'out' }, title: title('Machines', '机器') },
      { name: 'report', from: { node: 'report', port: 'out' }, title: title('Reports', '报表') },
      { name: 'links', from: { node: 'links', port: 'out' }, title: title('Ways of the work', '工序流向') },
    ],
  },
  screens: [
    {
      id: 'main',
      title: title('Workshop', '车间'),
      widgets: [
        {
          ...{ id: 'plan', kind: 'gantt', title: title('Plan', '排程'), options: { frozenMinutes: 10 } },
          ...{ bind: [{ slot: 'plan', to: 'plan' }], at: { x: 0, y: 0, w: 8, h: 7 } },
        },
        {
          ...{ id: 'release', kind: 'form', title: title('Lots to release', '下达批数') },
          ...{ bind: [{ slot: 'form', to: 'form:release' }], at: { x: 8, y: 0, w: 4, h: 5 } },
        },
        {
          ...{ id: 'best', kind: 'check', title: title('As short as can be', '已是最短') },
          options: {
            expected: 55,
            tolerance: 0,
            source: title('Fisher & Thompson 1963: optimum 55', 'Fisher 与 Thompson 1963：最优值 55'),
          },
          ...{ bind: [{ slot: 'actual', to: 'summary.objective' }], at: { x: 8, y: 5, w: 4, h: 5 } },
        },
        {
          ...{ id: 'floor', kind: 'map', title: title('Load of the machines', '机器负荷') },
          options: {
            high: 40,
            floor: [
              { name: 'A', x: 0, y: 0, w: 28, h: 7 },
              { name: 'B', x: 0, y: 7, w: 28, h: 7 },
            ],
          },
          ...{ bind: [{ slot: 'frame', to: 'machines' }], at: { x: 0, y: 7, w: 4, h: 6 } },
        },
        {
          ...{ id: 'ways', kind: 'graph', title: title('Ways of the work', '工序流向') },
          ...{ bind: [{ slot: 'frame', to: 'links' }], at: { x: 4, y: 7, w: 4, h: 6 } },
        },
        {
          ...{ id: 'pareto', kind: 'chart', title: title('Load', '负荷'), options: { form: 'bar', show: ['name', 'value'] } },
          ...{ bind: [{ slot: 'frame', to: 'machines' }], at: { x: 8, y: 10, w: 4, h: 6 } },
        },
        {
          ...{ id: 'papers', kind: 'document', title: title('On paper', '报表') },
          ...{ bind: [{ slot: 'documents', to: 'report.documents' }], at: { x: 8, y: 16, w: 4, h: 3 } },
        },
        {
          ...{ id: 'rows', kind: 'table', title: title('Operations', '工序') },
          ...{ bind: [{ slot: 'frame', to: 'plan' }], at: { x: 0, y: 13, w: 8, h: 6 } },
        },
      ],
    },
  ],
} as const;
