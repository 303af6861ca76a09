import type { WireSchema } from '#runtime/batch/schema.ts';
import type { Bilingual, GraphDocument } from './document.ts';
import { readForms } from './forms.ts';
import type { ScreenDocument, Widget } from './screens.ts';
import { flatDocument } from './subgraph.ts';

const COLUMNS = 12;
const KPI = { w: 3, h: 3 };
const WIDE = 8;
const SIDE = COLUMNS - WIDE;
/** More lines in one chart cannot be told apart at three in the morning. */
const LINES = 4;

type NamedOutput = { readonly name: string; readonly schema: WireSchema };

/**
 * A screen that works at once when nobody has made one: a figure for every number that leaves the graph, a trend for each unit, a picture for
 * each frame, a control for each form, who controls the machine where the graph claims it, and the alarms where it raises any. A widget without
 * a title is called as its output is. Pure: the same graph gives the same screen.
 */
export function defaultScreen(graph: GraphDocument, outputs: readonly NamedOutput[], title: Bilingual): ScreenDocument {
  const titles = new Map(graph.outputs.map((o) => [o.name, o.title ?? { en: o.name, zh: o.name }]));
  const numbers = outputs
    .filter((o) => o.schema.kind === 'stream')
    .flatMap((o) =>
      Object.entries(o.schema.columns)
        .filter(([, c]) => c.type === 'number' || c.type === 'integer')
        .map(([column, c]) => ({ bind: `${o.name}.${column}`, unit: c.unit ?? '' })),
    );
  const frames = outputs.filter((o) => o.schema.kind === 'frame');
  const forms = readForms(graph);
  const { nodes } = flatDocument(graph);
  const raises = nodes.some((n) => n.block === 'millwright/alarm.raise');
  const claims = nodes.some((n) => n.block === 'millwright/control.lease');
  const widgets: Widget[] = [];

  numbers.slice(0, 8).forEach((n, i) => {
    const perRow = COLUMNS / KPI.w;
    widgets.push({
      id: `kpi${i + 1}`,
      kind: 'kpi',
      bind: [{ slot: 'value', to: n.bind }],
      at: { x: (i % perRow) * KPI.w, y: Math.floor(i / perRow) * KPI.h, ...KPI },
    });
  });
  const top = Math.ceil(Math.min(numbers.length, 8) / (COLUMNS / KPI.w)) * KPI.h;

  const side: Omit<Widget, 'at'>[] = [];
  const sideHeights: number[] = [];
  for (const form of forms) {
    side.push({
      id: `control_${form.name}`,
      kind: 'control',
      title: form.title,
      bind: [{ slot: 'form', to: `form:${form.name}` }],
    });
    sideHeights.push(5);
  }
  if (claims) {
    side.push({ id: 'lease', kind: 'lease', title: { en: 'Control of the machine', zh: '设备控制权' }, bind: [] });
    sideHeights.push(4);
  }
  if (raises) {
    side.push({ id: 'alarms', kind: 'alarmlist', title: { en: 'Alarms', zh: '报警' }, bind: [] });
    sideHeights.push(7);
  }
  const width = side.length ? WIDE : COLUMNS;
  let y = top;
  const byUnit = Map.groupBy(numbers, (n) => n.unit);
  let trend = 0;
  for (const group of byUnit.values()) {
    const lines = group.slice(0, LINES);
    const bind = lines.map((n, i) => ({ slot: `line${i + 1}`, to: n.bind }));
    widgets.push({
      id: `trend${++trend}`,
      kind: 'trend',
      ...(lines.length === 1 ? {} : { title: { en: 'Trend', zh: '趋势' } }),
      bind,
      options: { minutes: 60 },
      at: { x: 0, y, w: width, h: 7 },
    });
    y += 7;
  }
  frames.forEach((o, i) => {
    const kind = frameKind(o.schema);
    widgets.push({
      id: `${kind}${i + 1}`,
      kind,
      title: titles.get(o.name) ?? { en: o.name, zh: o.name },
      bind: [{ slot: 'frame', to: o.name }],
      at: { x: 0, y, w: width, h: 7 },
    });
    y += 7;
  });
  let sideY = top;
  side.forEach((widget, i) => {
    const h = sideHeights[i] ?? 5;
    widgets.push({ ...widget, at: { x: numbers.length + frames.length ? WIDE : 0, y: sideY, w: SIDE, h } });
    sideY += h;
  });
  return { id: 'main', title, widgets };
}

/** What a table is best seen as: a plan, links, a picture, or the table itself where most of it is words. */
export function frameKind(schema: WireSchema): 'gantt' | 'graph' | 'table' | 'chart' {
  const types = Object.entries(schema.columns).map(([name, { type }]) => [name, type] as const);
  const has = (name: string, type: string) => types.some(([n, t]) => n === name && t === type);
  if (['from', 'start'].some((n) => has(n, 'time')) && ['to', 'end'].some((n) => has(n, 'time'))) return 'gantt';
  if ((has('from', 'text') && has('to', 'text')) || (has('via', 'text') && has('id', 'text'))) return 'graph';
  const words = types.filter(([, type]) => type !== 'number' && type !== 'integer').length;
  return words > 1 ? 'table' : 'chart';
}
