'use client';
import type { ScreenProblem } from '#runtime/graph/check-screens.ts';
import type { BlockManifest, JsonSchema } from '#runtime/graph/manifest.ts';
import type { ScreenDocument, Widget } from '#runtime/graph/screens.ts';
import type { WidgetKind } from '#runtime/graph/widgets.ts';
import { Field } from '../_inspector/field.tsx';
import { fieldMeta } from '../_session/starter.ts';
import { useSay, useSession } from '../_session/use-session.tsx';
import { setOption } from './edits.ts';

/** The options of a kind are described as parameters of blocks are, and have the same fields. Nothing is read of a block but words. */
const NO_BLOCK: BlockManifest = {
  id: 'millwright/screen.widget',
  version: '1.0.0',
  title: { en: '', zh: '' },
  summary: { en: '', zh: '' },
  icon: '',
  params: {},
  shape: 'source',
  inputs: {},
  outputs: {},
  optionalInputs: [],
  delays: false,
  state: {},
  stateScope: 'key',
  stateVersion: 1,
  carry: 'none',
  badQuality: 'propagate',
  capabilities: [],
};
/** In the unit of what is shown. */
const IN_UNIT = new Set(['low', 'high', 'expected', 'tolerance']);

export function OptionFields(props: {
  screen: ScreenDocument;
  widget: Widget;
  kind: WidgetKind;
  unit: string;
  problems: readonly ScreenProblem[];
}) {
  const { screen, widget, kind } = props;
  const say = useSay();
  const session = useSession();
  return Object.entries(kind.options.properties ?? {}).map(([name, schema]: [string, JsonSchema]) => {
    const meta = fieldMeta(schema) ?? {};
    const words = meta.title ? say(meta.title) : name;
    const problem = props.problems.find((one) => one.option === name);
    return (
      <Field
        key={name}
        node={widget.id}
        manifest={NO_BLOCK}
        name={name}
        schema={schema}
        meta={meta}
        label={IN_UNIT.has(name) && props.unit !== '' ? `${words} [${props.unit}]` : words}
        help={meta.help && say(meta.help)}
        value={widget.options?.[name]}
        required={false}
        error={problem && say(problem.message)}
        problems={[]}
        change={(value) => {
          const empty = Array.isArray(value) && value.length === 0;
          session.editScreens(
            setOption(screen.id, widget.id, name, empty ? undefined : value),
            `option:${screen.id}/${widget.id}.${name}`,
          );
        }}
      />
    );
  });
}
