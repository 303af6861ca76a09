'use client';
import { Button, NumberInput } from '@mantine/core';
import { IconCheck, IconClock, IconHandStop, IconX } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { type ReactNode, type SubmitEvent, useState } from 'react';
import { boundTo, type Widget } from '#runtime/graph/screens.ts';
import type { ScreenState } from '#server/operate/live-screen.ts';
import type { ScreenFacts } from '#server/operate/read-screen.ts';
import { readFailure } from '../../../../_client/failure.ts';
import { useTRPC } from '../../../../_client/trpc.ts';
import { useFormat } from '../../../../_parts/format.ts';
import { unitLabel } from '../../../../_parts/unit.ts';
import { Value } from '../../../../_parts/value.tsx';
import { useMay } from '../../../../_shell/me.tsx';
import classes from './screen.module.css';
import { useScreen, useStaleAfter } from './screen-context.tsx';
import { shownValue } from './widgets.tsx';

type Form = ScreenFacts['forms'][number];
interface Command {
  readonly seq: number;
  readonly at: number;
  readonly value: number;
}

/** A faceplate: what the machine has now, an entry within its limits, and what became of the last command. */
export function ControlWidget({ widget }: { widget: Widget }) {
  const { facts } = useScreen();
  const t = useTranslations('operate');
  const bind = widget.bind.find(({ to }) => to.startsWith('form:'))?.to ?? '';
  const form = facts.forms.find((f) => f.name === bind.replace(/^form:/, ''));
  if (!form) return <p className={classes.nothing}>{t('formMissing', { form: bind })}</p>;
  return <Faceplate form={form} shown={boundTo(widget, 'value')} />;
}

/** The machine's value in the unit of the entry beside it. */
function inFormUnit(value: number | string | null, toForm: { gain: number; offset: number } | null): number | string | null {
  return typeof value === 'number' && toForm ? value * toForm.gain + toForm.offset : value;
}

function Faceplate({ form, shown }: { form: Form; shown: string | undefined }) {
  const { facts, live, lost, preview } = useScreen();
  const shownStale = useStaleAfter();
  const t = useTranslations('operate');
  const format = useFormat();
  const locale = useLocale();
  const may = useMay();
  const trpc = useTRPC();
  const [value, setValue] = useState<number | string>('');
  const [command, setCommand] = useState<Command>();
  const unit = unitLabel(form.unit);
  const target = form.target ? live.tag(form.target.id) : undefined;
  const output = shown ? live.value(shown, facts.instance?.key) : undefined;
  const submit = useMutation(
    trpc.operate.submit.mutationOptions({
      onSuccess: ({ seq, at }, sent) => {
        setCommand({ seq, at, value: sent.value });
        setValue('');
      },
    }),
  );
  const number = typeof value === 'number' ? value : Number.NaN;
  const outside =
    !Number.isNaN(number) && ((form.low !== null && number < form.low) || (form.high !== null && number > form.high));
  const range =
    form.low !== null || form.high !== null
      ? t('allowed', {
          low: form.low === null ? '−∞' : format.exact(form.low),
          high: form.high === null ? '∞' : format.exact(form.high),
          unit,
        })
      : undefined;
  const allowed = may('operate.write');
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (facts.instance && !preview && !Number.isNaN(number) && !outside)
      submit.mutate({ instanceId: facts.instance.id, form: form.name, value: number });
  };
  return (
    <form className={classes.control} onSubmit={send}>
      <div className={classes.controlNow}>
        <span className={classes.dim}>{t('now')}</span>
        {form.target ? (
          <Value
            value={inFormUnit(shownValue(target), form.target.toForm)}
            unit={form.target.toForm ? form.unit : form.target.unit}
            quality={target?.quality ?? 0}
            at={target?.time ?? null}
            staleAfterMs={lost ? 0 : form.target.staleAfterMs}
            simulated={target?.origin === 'simulated'}
            size="wall"
          />
        ) : (
          <Value
            value={shownValue(output)}
            unit={output?.unit ?? null}
            quality={output?.quality ?? 0}
            at={output?.time ?? null}
            {...(shownStale === undefined ? {} : { staleAfterMs: shownStale })}
            size="wall"
          />
        )}
      </div>
      {allowed ? (
        <div className={classes.controlEntry}>
          <NumberInput
            label={t('newValue', { unit: unit || t('noUnit') })}
            description={range}
            value={value}
            onChange={setValue}
            hideControls
            allowedDecimalSeparators={['.', ',']}
            error={outside ? t('outside') : undefined}
            size="md"
          />
          <Button
            type="submit"
            size="md"
            loading={submit.isPending}
            disabled={Number.isNaN(number) || outside || lost || preview === true || !facts.instance}
          >
            {Number.isNaN(number) ? t('send') : t('sendValue', { value: format.exact(number), unit })}
          </Button>
        </div>
      ) : (
        <p className={classes.dim}>{t('mayNotWrite')}</p>
      )}
      <div aria-live="polite">
        {submit.error ? (
          <Outcome icon={<IconX size={16} />} strong>
            {readFailure(submit.error, locale).message}
          </Outcome>
        ) : (
          <LastCommand form={form} command={command} state={live.state} />
        )}
      </div>
    </form>
  );
}

const ICONS = { sent: IconClock, held: IconHandStop, done: IconCheck, not: IconX } as const;

/** What became of the last command: also of one that another person or the app itself gave. */
function LastCommand({ form, command, state }: { form: Form; command: Command | undefined; state: ScreenState | undefined }) {
  const t = useTranslations('operate');
  const format = useFormat();
  const language = useLocale().startsWith('zh') ? 'zh' : 'en';
  const { facts } = useScreen();
  const trpc = useTRPC();
  const reaches = new Set(form.reaches);
  const effects = (state?.effects ?? []).filter((e) => reaches.has(e.node));
  // A second of slack: the entry's time is the web server's, the effect's is the database's.
  const own = command && effects.find((e) => e.createdAt.getTime() >= command.at - 1_000);
  const effect = command ? own : effects[0];
  const unit = unitLabel(form.unit);
  const taken = command !== undefined && !effect && state !== undefined && state.consumed >= command.seq;
  // asked once for each command, while what held it back still stands
  const held = useQuery(
    trpc.operate.explain.queryOptions(
      { instanceId: facts.instance?.id ?? '', seq: command?.seq ?? 0 },
      {
        staleTime: Number.POSITIVE_INFINITY,
        enabled: taken && facts.instance !== null,
        // what the server looks at is stored a moment after the app saw it
        refetchInterval: ({ state: { data, dataUpdateCount } }) => (data === null && dataUpdateCount < 4 ? 1_000 : false),
      },
    ),
  );
  if (command && !effect) {
    const text = format.exact(command.value);
    if (!state || state.consumed < command.seq)
      return <Outcome icon={<ICONS.sent size={16} />}>{t('command.sent', { value: text, unit })}</Outcome>;
    if (held.isLoading) return <Outcome icon={<ICONS.sent size={16} />}>{t('command.sent', { value: text, unit })}</Outcome>;
    return (
      <Outcome icon={<ICONS.held size={16} />} strong>
        {held.data
          ? t('command.held', { value: text, unit, label: held.data.label[language], why: held.data.why[language] })
          : t('command.noEffect', { value: text, unit })}
      </Outcome>
    );
  }
  if (!effect) return null;
  const asked = effect.request.value;
  const value = typeof asked === 'number' ? format.exact(asked) : String(asked ?? '');
  const bad = ['refused', 'failed', 'expired', 'dead'].includes(effect.status);
  const Icon = effect.status === 'done' ? ICONS.done : bad ? ICONS.not : ICONS.sent;
  const kind = effect.kind === 'tag.write' || effect.kind === 'confirm.request' ? effect.kind.replace('.', '_') : 'other';
  return (
    <Outcome icon={<Icon size={16} />} strong={bad}>
      {format.time(effect.createdAt)} {t(`effect.${kind}`, { value, unit })} {t(`effectStatus.${effect.status}`)}
      {effect.answer?.reason ? ` ${effect.answer.reason[language]}` : ''}
    </Outcome>
  );
}

function Outcome({ icon, strong, children }: { icon: ReactNode; strong?: boolean; children: ReactNode }) {
  return (
    <p className={classes.outcome} data-strong={strong || undefined}>
      {icon}
      <span>{children}</span>
    </p>
  );
}
