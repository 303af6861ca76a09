'use client';
import { ActionIcon, Button, MultiSelect, NumberInput, Select, TextInput } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconCopy, IconTrash, IconX } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import type { ScreenProblem } from '#runtime/graph/check-screens.ts';
import type { ScreenDocument, Widget, WidgetBind } from '#runtime/graph/screens.ts';
import { WIDGETS, type WidgetKind, type WidgetSlot, widgetKind } from '#runtime/graph/widgets.ts';
import { unitLabel } from '../../../_parts/unit.ts';
import inspectorClasses from '../_inspector/inspector.module.css';
import { useSay, useSession } from '../_session/use-session.tsx';
import { BindChoice } from './bind-choice.tsx';
import {
  addBind,
  duplicateWidget,
  moveBind,
  nextWidgetId,
  placeWidget,
  removeWidget,
  type ScreenEdit,
  setBind,
  setOption,
  setWidgetKind,
  setWidgetTitle,
} from './edits.ts';
import type { Place } from './layout.ts';
import { OptionFields } from './option-fields.tsx';
import classes from './screens.module.css';
import { fits, type Showable } from './suggest.ts';
import type { ScreenSupply } from './use-preview.ts';
import { useShowableName } from './use-showable-name.ts';

export interface WidgetPanelProps {
  readonly screen: ScreenDocument;
  readonly widget: Widget;
  readonly supply: ScreenSupply;
  readonly all: readonly Showable[];
  /** Of this widget. */
  readonly problems: readonly ScreenProblem[];
  readonly mayEdit: boolean;
}

/** Everything about one widget: made of what its kind says of itself. */
export function WidgetInspector(props: WidgetPanelProps & { onChoose: (widget: string | undefined) => void }) {
  const { screen, widget, mayEdit, onChoose } = props;
  const t = useTranslations('studio-screens');
  const say = useSay();
  const session = useSession();
  const kind = widgetKind(widget.kind);
  const edit = (change: ScreenEdit, mark?: string) => session.editScreens(change, mark && `${mark}:${screen.id}/${widget.id}`);
  const duplicate = () => {
    const copy = nextWidgetId(screen, widget.kind);
    edit(duplicateWidget(screen.id, widget.id, copy));
    onChoose(copy);
  };
  return (
    <aside
      className={`${inspectorClasses.inspector} ${classes.inspector}`}
      aria-label={t('settings')}
      data-testid="widget-inspector"
    >
      <div className={inspectorClasses.head}>
        <h2>{kind ? say(kind.title) : widget.kind}</h2>
        <ActionIcon aria-label={t('close')} onClick={() => onChoose(undefined)}>
          <IconX size={16} />
        </ActionIcon>
      </div>
      <div className={`${inspectorClasses.id} mw-mono`}>{widget.id}</div>
      <fieldset className={`${inspectorClasses.body} ${classes.fields}`} disabled={!mayEdit}>
        {props.problems.length > 0 && (
          <ul className={inspectorClasses.problems} data-severity="warning" data-testid="widget-problems">
            {props.problems.map((one) => (
              <li key={`${one.code}${one.slot}`}>{say(one.message)}</li>
            ))}
          </ul>
        )}
        <Select
          label={t('kind')}
          data={WIDGETS.map((one) => ({ value: one.kind, label: say(one.title) }))}
          value={kind?.kind ?? null}
          allowDeselect={false}
          onChange={(next) => next && edit(setWidgetKind(screen.id, widget.id, next))}
          data-testid="widget-kind"
        />
        {(['en', 'zh'] as const).map((language) => (
          <TextInput
            key={language}
            label={`${t('title')} · ${language === 'en' ? 'English' : '中文'}`}
            placeholder={language === 'en' ? t('titleDefault') : undefined}
            value={widget.title?.[language] ?? ''}
            onChange={(event) => {
              const next = { en: '', zh: '', ...widget.title, [language]: event.currentTarget.value };
              edit(setWidgetTitle(screen.id, widget.id, next), `title-${language}`);
            }}
            data-testid={`widget-title-${language}`}
          />
        ))}
        {kind?.slots.map((slot) => (
          <Slot key={slot.name} {...props} slot={slot} />
        ))}
        {kind?.more && <More {...props} more={kind.more} slots={kind.slots} />}
        {kind?.columns && <Meanings {...props} columns={kind.columns} />}
        {kind?.shows && <ShownColumns {...props} slot={kind.shows} />}
        {kind && <OptionFields {...props} kind={kind} unit={unitOf(props)} />}
        <PlaceFields {...props} />
        <div className={classes.row}>
          <Button variant="default" size="xs" leftSection={<IconCopy size={14} />} onClick={duplicate}>
            {t('duplicate')}
          </Button>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconTrash size={14} />}
            onClick={() => {
              edit(removeWidget(screen.id, widget.id));
              onChoose(undefined);
            }}
            data-testid="widget-remove"
          >
            {t('remove')}
          </Button>
        </div>
      </fieldset>
    </aside>
  );
}

/** Unit in which limits are: of the first thing that is shown. */
function unitOf({ widget, all }: WidgetPanelProps): string {
  return unitLabel(all.find((one) => one.to === widget.bind[0]?.to)?.unit);
}

/** Screens from before a kind had its own words for slots have their table in `frame` or `value`. */
const boundAt = (widget: Widget, slot: WidgetSlot): WidgetBind | undefined =>
  widget.bind.find((one) => one.slot === slot.name) ??
  (slot.required ? widget.bind.find((one) => ['frame', 'value'].includes(one.slot)) : undefined);

function Slot({ screen, widget, supply, all, problems, slot }: WidgetPanelProps & { slot: WidgetSlot }) {
  const say = useSay();
  const session = useSession();
  const bind = boundAt(widget, slot);
  const problem = problems.find((one) => one.slot === (bind?.slot ?? slot.name));
  return (
    <BindChoice
      label={say(slot.title)}
      required={slot.required === true}
      value={bind?.to}
      supply={supply}
      choices={all.filter((one) => fits(slot.takes, one))}
      error={problem && say(problem.message)}
      onChange={(to) =>
        session.editScreens(setBind(screen.id, widget.id, bind?.slot ?? slot.name, to === undefined ? undefined : { to }))
      }
      testId={`widget-slot-${slot.name}`}
    />
  );
}

/** Lines, columns, places: as many as there are, in their order. */
function More(props: WidgetPanelProps & { more: NonNullable<WidgetKind['more']>; slots: readonly WidgetSlot[] }) {
  const { screen, widget, supply, all, problems, more, slots } = props;
  const t = useTranslations('studio-screens');
  const say = useSay();
  const session = useSession();
  const nameOf = useShowableName(supply);
  const own = widget.bind.filter((one) => !slots.some((slot) => slot.name === one.slot));
  const fitting = all.filter((one) => fits(more.takes, one));
  const free = fitting.filter((one) => !own.some(({ to }) => to === one.to));
  const edit = (change: ScreenEdit) => session.editScreens(change);
  return (
    <section className={inspectorClasses.section}>
      <h3>{say(more.title)}</h3>
      {own.map((bind, at) => {
        const problem = problems.find((one) => one.slot === bind.slot);
        return (
          <div key={bind.slot} className={classes.bind}>
            <BindChoice
              label={t('nth', { number: at + 1 })}
              required
              value={bind.to}
              supply={supply}
              choices={fitting}
              error={problem && say(problem.message)}
              onChange={(to) => to && edit(setBind(screen.id, widget.id, bind.slot, { ...bind, to }))}
              testId={`widget-bind-${at + 1}`}
            />
            <span className={classes.bindActs}>
              <ActionIcon
                aria-label={t('up', { number: at + 1 })}
                disabled={at === 0}
                onClick={() => edit(moveBind(screen.id, widget.id, bind.slot, -1))}
              >
                <IconArrowUp size={14} />
              </ActionIcon>
              <ActionIcon
                aria-label={t('down', { number: at + 1 })}
                disabled={at === own.length - 1}
                onClick={() => edit(moveBind(screen.id, widget.id, bind.slot, 1))}
              >
                <IconArrowDown size={14} />
              </ActionIcon>
              <ActionIcon
                aria-label={t('removeNth', { number: at + 1 })}
                onClick={() => edit(setBind(screen.id, widget.id, bind.slot, undefined))}
              >
                <IconTrash size={14} />
              </ActionIcon>
            </span>
          </div>
        );
      })}
      <Select
        aria-label={t('addNth')}
        placeholder={t('addNth')}
        data={free.map((one) => ({ value: one.to, label: nameOf(one.to) }))}
        value={null}
        searchable
        nothingFoundMessage={t('nothingFits')}
        onChange={(to) => to && edit(addBind(screen.id, widget.id, more.stem, to))}
        data-testid="widget-bind-add"
      />
    </section>
  );
}

const columnsOf = ({ widget, supply }: WidgetPanelProps, slot: string): readonly string[] => {
  const to = (widget.bind.find((one) => one.slot === slot) ?? widget.bind[0])?.to.split('.')[0];
  return Object.keys(supply.outputs.find((one) => one.name === to)?.schema?.columns ?? {});
};

/** Which column of the table means what; without a choice the usual names are looked for, and what was found is said. */
function Meanings(props: WidgetPanelProps & { columns: NonNullable<WidgetKind['columns']> }) {
  const { screen, widget, columns } = props;
  const t = useTranslations('studio-screens');
  const say = useSay();
  const session = useSession();
  const there = columnsOf(props, columns.slot);
  if (there.length === 0) return null;
  const chosen = (widget.options?.columns ?? {}) as Readonly<Record<string, string>>;
  return (
    <section className={inspectorClasses.section}>
      <h3>{t('columns')}</h3>
      {columns.meanings.map(({ name, title, usual }) => {
        const found = usual.find((one) => there.includes(one));
        const value = chosen[name];
        return (
          <Select
            key={name}
            label={say(title)}
            placeholder={found ? t('foundColumn', { column: found }) : t('noColumn')}
            data={value === undefined || there.includes(value) ? [...there] : [...there, value]}
            value={value ?? null}
            clearable
            error={value !== undefined && !there.includes(value) ? t('columnGone', { column: value }) : undefined}
            onChange={(next) => {
              const { [name]: _before, ...rest } = chosen;
              const after = next === null ? rest : { ...rest, [name]: next };
              session.editScreens(
                setOption(screen.id, widget.id, 'columns', Object.keys(after).length === 0 ? undefined : after),
              );
            }}
            data-testid={`widget-column-${name}`}
          />
        );
      })}
    </section>
  );
}

function ShownColumns(props: WidgetPanelProps & { slot: string }) {
  const { screen, widget } = props;
  const t = useTranslations('studio-screens');
  const session = useSession();
  const there = columnsOf(props, props.slot);
  const chosen = Array.isArray(widget.options?.show) ? widget.options.show.map(String) : [];
  return (
    <MultiSelect
      label={t('show')}
      description={t('showHelp')}
      placeholder={chosen.length === 0 ? t('allColumns') : undefined}
      data={[...new Set([...there, ...chosen])]}
      value={chosen}
      onChange={(next) => session.editScreens(setOption(screen.id, widget.id, 'show', next.length === 0 ? undefined : next))}
      data-testid="widget-show"
    />
  );
}

/** Place and size as numbers: what the mouse and the arrows do, for who has a figure in mind. */
function PlaceFields({ screen, widget }: WidgetPanelProps) {
  const t = useTranslations('studio-screens');
  const session = useSession();
  const { at } = widget;
  const put = (change: Partial<Place>) =>
    session.editScreens(placeWidget(screen.id, widget.id, { ...at, ...change }), `place:${screen.id}/${widget.id}`);
  const field = (name: keyof Place, shown: number, given: (value: number) => Partial<Place>) => (
    <NumberInput
      key={name}
      label={t(`at.${name}`)}
      value={shown}
      min={1}
      allowDecimal={false}
      hideControls
      onChange={(next) => typeof next === 'number' && next >= 1 && put(given(next))}
      data-testid={`widget-at-${name}`}
    />
  );
  return (
    <div className={classes.placeFields}>
      {field('x', at.x + 1, (value) => ({ x: value - 1 }))}
      {field('y', at.y + 1, (value) => ({ y: value - 1 }))}
      {field('w', at.w, (value) => ({ w: value }))}
      {field('h', at.h, (value) => ({ h: value }))}
    </div>
  );
}
