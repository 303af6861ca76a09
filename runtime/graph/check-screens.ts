import type { WireSchema } from '#runtime/batch/schema.ts';
import type { Bilingual } from './document.ts';
import type { ScreenDocument, Widget, WidgetBind } from './screens.ts';
import { type SlotTakes, type WidgetKind, widgetKind } from './widgets.ts';

/** What screens can be bound to: what leaves the graph under a name, and its forms. */
export interface Shown {
  readonly outputs: readonly { readonly name: string; readonly schema?: WireSchema | undefined }[];
  readonly forms: readonly string[];
}

export interface ScreenProblem {
  readonly screen: string;
  readonly widget: string;
  /** Place in the widget: a slot, or an option. */
  readonly slot?: string;
  readonly option?: string;
  readonly code:
    | 'unknown-kind'
    | 'output-gone'
    | 'column-gone'
    | 'form-gone'
    | 'slot-empty'
    | 'slot-type'
    | 'limits-crossed'
    | 'off-grid';
  readonly message: Bilingual;
}

/** Columns of the grid. */
export const GRID = 12;

/** What is wrong with screens of a graph. A widget keeps its place whatever is wrong with it: people see where something is missing. */
export const checkScreens = (screens: readonly ScreenDocument[], shown: Shown): ScreenProblem[] =>
  screens.flatMap((screen) => screen.widgets.flatMap((widget) => checkWidget(screen.id, widget, shown)));

export function checkWidget(screen: string, widget: Widget, shown: Shown): ScreenProblem[] {
  const found: ScreenProblem[] = [];
  const tell = (problem: Omit<ScreenProblem, 'screen' | 'widget'>) => found.push({ screen, widget: widget.id, ...problem });
  const kind = widgetKind(widget.kind);
  const { x, y, w, h } = widget.at;
  if (x < 0 || y < 0 || w < 1 || h < 1 || x + w > GRID)
    tell({ code: 'off-grid', message: { en: `It does not lie within the ${GRID} columns.`, zh: `超出画面的 ${GRID} 列。` } });
  if (!kind) {
    tell({
      code: 'unknown-kind',
      message: { en: `There is no widget “${widget.kind}” in this version.`, zh: `当前版本没有“${widget.kind}”组件。` },
    });
    return found;
  }
  for (const bind of widget.bind) {
    const problem = checkBind(bind, takesOf(kind, bind.slot), shown);
    if (problem) tell({ slot: bind.slot, ...problem });
  }
  for (const slot of kind.slots)
    if (slot.required && !widget.bind.some((bind) => slotsOf(kind, slot.name).includes(bind.slot)))
      tell({
        slot: slot.name,
        code: 'slot-empty',
        message: { en: `Choose: ${slot.title.en}.`, zh: `请选择：${slot.title.zh}。` },
      });
  if (kind.slots.every((slot) => !slot.required) && kind.more && widget.bind.length === 0 && !('floor' in (widget.options ?? {})))
    tell({
      slot: kind.more.stem,
      code: 'slot-empty',
      message: {
        en: `Nothing is shown yet: add ${kind.more.title.en.toLowerCase()}.`,
        zh: `尚未选择内容：请添加${kind.more.title.zh}。`,
      },
    });
  const { low, high } = widget.options ?? {};
  if (typeof low === 'number' && typeof high === 'number' && low >= high)
    tell({
      option: 'high',
      code: 'limits-crossed',
      message: {
        en: `The normal range ends (${high}) before it begins (${low}).`,
        zh: `正常上限（${high}）不大于下限（${low}）。`,
      },
    });
  return found;
}

/** Screens written before a kind had its own word for a slot say `frame` or `value`. */
const slotsOf = (kind: WidgetKind, name: string): readonly string[] =>
  kind.slots.find((slot) => slot.name === name)?.takes === 'table' && name !== 'actual'
    ? [name, 'frame', 'value']
    : name === 'actual' || name === 'documents'
      ? [name, 'value']
      : [name];

export const takesOf = (kind: WidgetKind, slot: string): SlotTakes =>
  kind.slots.find((one) => one.name === slot)?.takes ??
  kind.slots.find((one) => one.required && slotsOf(kind, one.name).includes(slot))?.takes ??
  kind.more?.takes ??
  'any';

function checkBind(
  { to }: WidgetBind,
  takes: SlotTakes,
  { outputs, forms }: Shown,
): Pick<ScreenProblem, 'code' | 'message'> | undefined {
  if (to.startsWith('form:')) {
    const form = to.slice('form:'.length);
    if (forms.includes(form)) return undefined;
    return {
      code: 'form-gone',
      message: {
        en: `The app has no form “${form}” any more. Choose another, or give an entry block this name.`,
        zh: `应用中已没有表单“${form}”。请另选，或将某个录入积木命名为它。`,
      },
    };
  }
  const [name = to, column] = to.split('.');
  const output = outputs.find((one) => one.name === name);
  if (!output)
    return {
      code: 'output-gone',
      message: {
        en: `The graph has no output “${name}” any more. Choose another, or name a port “${name}” again.`,
        zh: `流程图中已没有输出“${name}”。请另选，或将某个端口重新命名为“${name}”。`,
      },
    };
  const { schema } = output;
  // A graph that is being edited may not know its columns for a moment.
  if (!schema) return undefined;
  const known = column === undefined ? undefined : schema.columns[column];
  if (column !== undefined && !known)
    return {
      code: 'column-gone',
      message: {
        en: `Output “${name}” has no column “${column}”. It has: ${Object.keys(schema.columns).join(', ')}.`,
        zh: `输出“${name}”没有列“${column}”。现有：${Object.keys(schema.columns).join('、')}。`,
      },
    };
  const isNumber = known?.type === 'number' || known?.type === 'integer' || known?.type === 'boolean';
  if (takes === 'table' && schema.kind !== 'frame')
    return {
      code: 'slot-type',
      message: {
        en: `“${name}” gives single values; a table is needed here.`,
        zh: `“${name}”给出的是单个数值；此处需要数据表。`,
      },
    };
  if ((takes === 'number' || takes === 'value') && (schema.kind === 'frame' || column === undefined))
    return {
      code: 'slot-type',
      message: {
        en: `“${name}” is a whole table; one column of values is needed here.`,
        zh: `“${name}”是整张数据表；此处需要单列数值。`,
      },
    };
  if (takes === 'number' && !isNumber)
    return {
      code: 'slot-type',
      message: { en: `“${to}” is no number; a number is needed here.`, zh: `“${to}”不是数值；此处需要数值。` },
    };
  return undefined;
}
