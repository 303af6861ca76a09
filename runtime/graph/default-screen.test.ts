import { describe, expect, it } from 'vitest';
import { defaultScreen } from './default-screen.ts';
import { type GraphDocument, graphDocument } from './document.ts';
import { readForms } from './forms.ts';

const node = (id: string, block: string, params: Record<string, unknown> = {}) => ({
  id,
  block: `millwright/${block}`,
  version: '1.0.0',
  params,
});
const wire = (from: string, to: string, port = 'value') => ({ from: { node: from, port: 'out' }, to: { node: to, port } });
const graph: GraphDocument = graphDocument.parse({
  format: 1,
  nodes: [
    node('p', 'source.tag', { role: 'pressure' }),
    node('f', 'source.form', {
      form: 'setpoint',
      title: { en: 'Pressure setpoint', zh: '压力设定值' },
      unit: 'bar',
      low: { $parameter: 'lowest' },
      high: 8,
    }),
    node('lock', 'control.interlock', { condition: 'a.value > 2' }),
    node('w', 'control.write', { role: 'setpoint' }),
    node('al', 'alarm.raise'),
  ],
  wires: [wire('f', 'lock', 'command'), wire('p', 'lock', 'a'), wire('lock', 'w'), wire('p', 'al')],
  parameters: [{ key: 'lowest', title: { en: 'Lowest', zh: '最低' }, type: 'number', default: 5.5 }],
  outputs: [
    { name: 'pressure', from: { node: 'p', port: 'out' }, title: { en: 'Header pressure', zh: '母管压力' } },
    { name: 'spectrum', from: { node: 'p', port: 'out' } },
  ],
});

describe('a screen made from the graph', () => {
  const screen = defaultScreen(
    graph,
    [
      {
        name: 'pressure',
        schema: { kind: 'stream', columns: { value: { type: 'number', unit: 'bar' }, on: { type: 'boolean' } } },
      },
      { name: 'spectrum', schema: { kind: 'frame', columns: { frequency: { type: 'number' }, amplitude: { type: 'number' } } } },
    ],
    { en: 'Compressor', zh: '空压机' },
  );
  it('has a figure and a trend for numbers, a chart for frames, a control for forms, the alarms', () => {
    expect(screen.widgets.map((w) => [w.kind, ...w.bind.map(({ slot, to }) => `${slot} ${to}`)])).toEqual([
      ['kpi', 'value pressure.value'],
      ['trend', 'line1 pressure.value'],
      ['chart', 'frame spectrum'],
      ['control', 'form form:setpoint'],
      ['alarmlist'],
    ]);
  });
  it('an app that claims its machine shows who has it', () => {
    const claiming = {
      ...graph,
      nodes: [...graph.nodes, ...graphDocument.parse({ format: 1, nodes: [node('own', 'control.lease')], wires: [] }).nodes],
    };
    expect(defaultScreen(claiming, [], { en: 'C', zh: '机' }).widgets.map((w) => w.kind)).toEqual([
      'control',
      'lease',
      'alarmlist',
    ]);
  });
  it('a table is shown as what it is: a plan, links, a picture, or words', () => {
    const column = (type: string) => ({ type: type as 'text' });
    const frame = (columns: Record<string, string>) => ({
      name: 'f',
      schema: {
        kind: 'frame' as const,
        columns: Object.fromEntries(Object.entries(columns).map(([n, type]) => [n, column(type)])),
      },
    });
    const kindOf = (columns: Record<string, string>) =>
      defaultScreen(graph, [frame(columns)], { en: 'x', zh: '甲' }).widgets[0]?.kind;
    // the outputs of optimize.jobshop, trace.genealogy, condition.spectrum
    expect(kindOf({ job: 'text', step: 'integer', machine: 'text', from: 'time', to: 'time' })).toBe('gantt');
    expect(kindOf({ id: 'text', direction: 'text', depth: 'integer', via: 'text', received: 'number' })).toBe('graph');
    expect(kindOf({ frequency: 'number', amplitude: 'number' })).toBe('chart');
    expect(kindOf({ code: 'text', count: 'integer' })).toBe('chart');
    expect(kindOf({ code: 'text', reason: 'text', count: 'integer' })).toBe('table');
  });
  it('no widget stands on another or beside the grid', () => {
    const taken = new Set<string>();
    for (const { at } of screen.widgets)
      for (let x = at.x; x < at.x + at.w; x++)
        for (let y = at.y; y < at.y + at.h; y++) {
          expect(x).toBeLessThan(12);
          expect(taken.has(`${x}/${y}`)).toBe(false);
          taken.add(`${x}/${y}`);
        }
  });
  it('an empty graph gives an empty screen', () => {
    const empty = graphDocument.parse({ format: 1, nodes: [], wires: [] });
    expect(defaultScreen(empty, [], { en: 'A', zh: '甲' }).widgets).toEqual([]);
  });
});

it('a form knows its limits, what it reaches and what guards it', () => {
  expect(readForms(graph, { lowest: 6 })).toEqual([
    {
      name: 'setpoint',
      node: 'f',
      title: { en: 'Pressure setpoint', zh: '压力设定值' },
      unit: 'bar',
      low: 6,
      high: 8,
      several: false,
      fields: [expect.objectContaining({ name: 'value', kind: 'number', unit: 'bar', low: 6, high: 8, required: true })],
      reaches: ['lock', 'w'],
      interlocks: [{ node: 'lock', label: { en: 'lock', zh: 'lock' }, condition: 'a.value > 2' }],
      writes: ['setpoint'],
    },
  ]);
  expect(readForms(graph)[0]?.low).toBe(5.5);
});
