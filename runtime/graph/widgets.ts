import { z } from 'zod';
import type { Bilingual } from './document.ts';
import type { JsonSchema } from './manifest.ts';

/**
 * What there is to put on an operator screen: of each kind of widget its words, its slots, its options and the size with which it begins. The
 * screen editor is made of this, the check of screens judges by it, and the widgets find their columns by it.
 */

/** What may stand in a slot: a column of numbers, of anything, a whole table, or a form. `any`: a column of a stream, or a table. */
export type SlotTakes = 'number' | 'value' | 'table' | 'any' | 'form';
export interface WidgetSlot {
  readonly name: string;
  readonly title: Bilingual;
  readonly takes: SlotTakes;
  readonly required?: true;
}
/** A column of the shown table by what it means to the widget, and the names under which it is found when the screen names none. */
export interface ColumnMeaning {
  readonly name: string;
  readonly title: Bilingual;
  readonly usual: readonly string[];
}
export interface WidgetKind {
  readonly kind: string;
  readonly title: Bilingual;
  readonly summary: Bilingual;
  /** Columns of 12 and rows. */
  readonly size: { readonly w: number; readonly h: number };
  /** Smaller it says nothing. */
  readonly least: { readonly w: number; readonly h: number };
  readonly slots: readonly WidgetSlot[];
  /** Any number of further binds, in their order: lines, columns, places. */
  readonly more?: { readonly title: Bilingual; readonly takes: SlotTakes; readonly stem: string };
  /** Slot of the table whose columns have these meanings, named in `options.columns`. */
  readonly columns?: { readonly slot: string; readonly meanings: readonly ColumnMeaning[] };
  /** Slot of the table of which `options.show` picks columns. */
  readonly shows?: string;
  /** Fields of `options`, with titles and help under `x-millwright` as the parameters of blocks have them. */
  readonly options: JsonSchema;
}

interface Words {
  readonly title: Bilingual;
  readonly help?: Bilingual;
  readonly unit?: string;
  readonly field?: string;
  readonly options?: Readonly<Record<string, Bilingual>>;
}
const say = (en: string, zh: string): Bilingual => ({ en, zh });
const field = <T extends z.ZodType>(schema: T, words: Words) => schema.meta({ 'x-millwright': words });
const options = (fields: z.ZodRawShape): JsonSchema => z.toJSONSchema(z.object(fields), { io: 'input' }) as JsonSchema;

const low = field(z.number().optional(), {
  title: say('Normal from', '正常下限'),
  help: say('In the unit of the value. Below, the value is abnormal.', '与数值同单位；低于此值视为异常。'),
});
const high = field(z.number().optional(), {
  title: say('Normal to', '正常上限'),
  help: say('In the unit of the value. Above, the value is abnormal.', '与数值同单位；高于此值视为异常。'),
});
const minutes = field(z.number().min(1).max(10_080).default(60), { title: say('Time shown', '显示时长'), unit: 'min' });
const number = (title: Bilingual) => field(z.number(), { title });
const text = (title: Bilingual) => field(z.string(), { title });

const value = (takes: SlotTakes = 'value'): WidgetSlot => ({ name: 'value', title: say('Value', '数值'), takes, required: true });
const table = (name = 'frame'): WidgetSlot => ({ name, title: say('Table', '数据表'), takes: 'table', required: true });
const meaning = (name: string, title: Bilingual, ...usual: readonly string[]): ColumnMeaning => ({ name, title, usual });
const none = options({});

export const WIDGETS: readonly WidgetKind[] = [
  {
    kind: 'kpi',
    title: say('Figure', '数值卡'),
    summary: say(
      'One value with unit, quality, age, normal range and the last hour',
      '单个数值：单位、质量、时效、正常范围与近一小时走势',
    ),
    size: { w: 3, h: 3 },
    least: { w: 2, h: 2 },
    slots: [value()],
    options: options({ low, high }),
  },
  {
    kind: 'trend',
    title: say('Trend', '趋势图'),
    summary: say('Values over time; with control limits it is a control chart', '数值随时间的变化；带控制限时为控制图'),
    size: { w: 8, h: 7 },
    least: { w: 3, h: 4 },
    slots: [],
    more: { title: say('Lines', '曲线'), takes: 'number', stem: 'line' },
    options: options({ minutes, low, high }),
  },
  {
    kind: 'chart',
    title: say('Chart', '图表'),
    summary: say(
      'The newest table as a picture: spectrum, Pareto, scatter, heat map, forecast',
      '最新数据表的图形：频谱、帕累托、散点、热图、预测扇形',
    ),
    size: { w: 6, h: 7 },
    least: { w: 3, h: 4 },
    slots: [table()],
    shows: 'frame',
    options: options({
      form: field(z.enum(['line', 'bar', 'pareto', 'scatter', 'heat', 'fan']).default('line'), {
        title: say('Form', '图形'),
        options: {
          line: say('Line', '折线'),
          bar: say('Bars', '柱状'),
          pareto: say('Pareto', '帕累托'),
          scatter: say('Scatter', '散点'),
          heat: say('Heat map', '热图'),
          fan: say('Forecast with bands', '预测扇形'),
        },
      }),
    }),
  },
  {
    kind: 'table',
    title: say('Table', '表格'),
    summary: say('Newest values of every machine, or the rows of a table', '各设备最新值，或数据表的各行'),
    size: { w: 6, h: 6 },
    least: { w: 3, h: 3 },
    slots: [],
    more: { title: say('Columns', '列'), takes: 'any', stem: 'column' },
    options: none,
  },
  {
    kind: 'control',
    title: say('Control', '操作面板'),
    summary: say(
      'What the machine has, what is asked of it, and what became of it; or the fields of a record',
      '设备当前值、下发值与执行结果；或多字段录入表单',
    ),
    size: { w: 4, h: 5 },
    least: { w: 3, h: 4 },
    slots: [
      { name: 'form', title: say('Form', '表单'), takes: 'form', required: true },
      { name: 'value', title: say('Value beside it', '旁示数值'), takes: 'value' },
    ],
    options: none,
  },
  {
    kind: 'lease',
    title: say('Control of the machine', '设备控制权'),
    summary: say(
      "Who controls the app's machines alone, until when; to take control and give it back",
      '当前由谁独占控制设备及到期时间；可取得或交还控制权',
    ),
    size: { w: 4, h: 4 },
    least: { w: 3, h: 3 },
    slots: [],
    options: none,
  },
  {
    kind: 'alarmlist',
    title: say('Alarms', '报警列表'),
    summary: say("The app's alarms, to be acknowledged", '本应用的报警，可确认'),
    size: { w: 4, h: 7 },
    least: { w: 3, h: 3 },
    slots: [],
    options: none,
  },
  {
    kind: 'gantt',
    title: say('Plan', '甘特图'),
    summary: say('Who is busy with what, when; what was done beneath what was planned', '资源占用计划；计划与实际上下对照'),
    size: { w: 8, h: 7 },
    least: { w: 4, h: 4 },
    slots: [
      { name: 'plan', title: say('Plan', '计划'), takes: 'table', required: true },
      { name: 'actual', title: say('What was done', '实际'), takes: 'table' },
    ],
    columns: {
      slot: 'plan',
      meanings: [
        meaning('row', say('Row', '行'), 'machine', 'resource', 'row', 'key', 'asset', 'state'),
        meaning('from', say('From', '开始'), 'from', 'start', 'begin'),
        meaning('to', say('To', '结束'), 'to', 'end', 'finish'),
        meaning('label', say('Label', '标签'), 'label', 'job', 'order', 'name', 'code', 'state'),
        meaning('step', say('Step', '工序'), 'step', 'operation'),
      ],
    },
    options: options({
      frozenMinutes: field(z.number().min(0).optional(), {
        title: say('Frozen for', '冻结时段'),
        help: say('Nothing that begins within this time is moved any more.', '在此时段内开始的任务不再调整。'),
        unit: 'min',
      }),
    }),
  },
  {
    kind: 'graph',
    title: say('Links', '关系图'),
    summary: say('What leads to what: genealogy, network, flow', '来龙去脉：追溯、网络、流向'),
    size: { w: 6, h: 7 },
    least: { w: 3, h: 4 },
    slots: [table()],
    columns: {
      slot: 'frame',
      meanings: [
        meaning('from', say('From', '起点'), 'from', 'source', 'parent', 'via'),
        meaning('to', say('To', '终点'), 'to', 'target', 'child', 'id'),
        meaning('value', say('Value', '数值'), 'value', 'quantity', 'received', 'weight'),
        meaning('label', say('Label', '标签'), 'label', 'name'),
        meaning('direction', say('Direction', '方向'), 'direction'),
      ],
    },
    options: options({
      form: field(z.enum(['network', 'flow']).default('network'), {
        title: say('Form', '图形'),
        options: { network: say('Network', '网络'), flow: say('Flow (Sankey)', '桑基图') },
      }),
    }),
  },
  {
    kind: 'map',
    title: say('Floor plan', '平面图'),
    summary: say('Where things are, in metres, with a figure each', '各设备位置（米）及其数值'),
    size: { w: 6, h: 7 },
    least: { w: 3, h: 4 },
    slots: [{ name: 'frame', title: say('Table of places', '位置表'), takes: 'table' }],
    more: { title: say('Figures at fixed places', '固定位置的数值'), takes: 'number', stem: 'place' },
    columns: {
      slot: 'frame',
      meanings: [
        meaning('x', say('x', 'x'), 'x'),
        meaning('y', say('y', 'y'), 'y'),
        meaning('name', say('Name', '名称'), 'name', 'key', 'id', 'label'),
        meaning('value', say('Value', '数值'), 'value'),
      ],
    },
    options: options({
      low,
      high,
      floor: field(
        z.array(
          z.object({
            name: text(say('Name', '名称')),
            x: number(say('Left [m]', '左 [m]')),
            y: number(say('Top [m]', '上 [m]')),
            w: number(say('Width [m]', '宽 [m]')),
            h: number(say('Depth [m]', '深 [m]')),
          }),
        ),
        { title: say('Areas', '区域') },
      ),
      places: field(
        z.array(
          z.object({
            slot: text(say('Figure', '数值项')),
            name: text(say('Name', '名称')).optional(),
            x: number(say('x [m]', 'x [m]')),
            y: number(say('y [m]', 'y [m]')),
          }),
        ),
        {
          title: say('Fixed places', '固定位置'),
          help: say('A figure is called as in the list above: place1, place2 …', '数值项名称同上方列表：place1、place2……'),
        },
      ),
    }),
  },
  {
    kind: 'check',
    title: say('Check', '校验'),
    summary: say('Whether a figure is what it must be, and the last runs', '数值是否符合期望，及最近各次结果'),
    size: { w: 4, h: 5 },
    least: { w: 3, h: 4 },
    slots: [
      { name: 'actual', title: say('Actual', '实际值'), takes: 'number', required: true },
      { name: 'expected', title: say('Expected', '期望值'), takes: 'number' },
      { name: 'tolerance', title: say('Tolerance', '容差'), takes: 'number' },
    ],
    options: options({
      expected: field(z.number().optional(), {
        title: say('Expected, as a number', '期望值（固定）'),
        help: say('Where no output gives it.', '没有对应输出时填写。'),
      }),
      tolerance: field(z.number().min(0).optional(), { title: say('Tolerance, as a number', '容差（固定）') }),
      relative: field(z.boolean().default(false), {
        title: say('Tolerance is a share of what is expected', '容差为期望值的比例'),
      }),
      source: field(z.unknown().optional(), { title: say('Where it comes from', '依据'), field: 'bilingual' }),
    }),
  },
  {
    kind: 'document',
    title: say('Documents', '文档'),
    summary: say('Reports and instructions, opened by a click', '报告与作业指导，点击打开'),
    size: { w: 4, h: 4 },
    least: { w: 3, h: 2 },
    slots: [{ name: 'documents', title: say('Codes of documents', '文档编号'), takes: 'value' }],
    options: options({
      codes: field(z.array(text(say('Code', '编号'))), {
        title: say('Always shown', '固定显示'),
        help: say('Codes of documents of the company, such as an instruction.', '企业文档编号，例如作业指导书。'),
      }),
      page: field(z.number().int().min(1).optional(), { title: say('Page at which it opens', '打开时的页码') }),
    }),
  },
];

/** `form` is a control under an older name. */
export const widgetKind = (kind: string): WidgetKind | undefined =>
  WIDGETS.find((one) => one.kind === (kind === 'form' ? 'control' : kind));

/** The names under which a widget looks for a column. */
export const usualNames = (kind: string, name: string): readonly string[] =>
  widgetKind(kind)?.columns?.meanings.find((one) => one.name === name)?.usual ?? [];
