'use client';
import { Button, NumberInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { type SubmitEvent, useState } from 'react';
import { boundTo, type Widget } from '#runtime/graph/screens.ts';
import type { ScreenFacts } from '#server/operate/read-screen.ts';
import { readFailure } from '../../../../_client/failure.ts';
import { useTRPC } from '../../../../_client/trpc.ts';
import { useFormat } from '../../../../_parts/format.ts';
import { unitLabel } from '../../../../_parts/unit.ts';
import { Value } from '../../../../_parts/value.tsx';
import { useMay } from '../../../../_shell/me.tsx';
import { LastCommand, Outcome, type SentCommand } from './last-command.tsx';
import { RecordForm } from './record-form.tsx';
import classes from './screen.module.css';
import { useScreen, useStaleAfter } from './screen-context.tsx';
import { shownValue } from './widgets.tsx';

type Form = ScreenFacts['forms'][number];

/** What a person enters: a faceplate where it is one number, else the fields of a record. */
export function ControlWidget({ widget }: { widget: Widget }) {
  const { facts } = useScreen();
  const t = useTranslations('operate');
  const bind = widget.bind.find(({ to }) => to.startsWith('form:'))?.to ?? '';
  const form = facts.forms.find((f) => f.name === bind.replace(/^form:/, ''));
  if (!form) return <p className={classes.nothing}>{t('formMissing', { form: bind })}</p>;
  if (form.several) return <RecordForm form={form} />;
  return <Faceplate form={form} shown={boundTo(widget, 'value')} />;
}

/** The machine's value in the unit of the entry beside it. */
function inFormUnit(value: number | string | null, toForm: { gain: number; offset: number } | null): number | string | null {
  return typeof value === 'number' && toForm ? value * toForm.gain + toForm.offset : value;
}

/** What the machine has now, an entry within its limits, and what became of the last command. */
function Faceplate({ form, shown }: { form: Form; shown: string | undefined }) {
  const { facts, live, lost, preview } = useScreen();
  const shownStale = useStaleAfter();
  const t = useTranslations('operate');
  const format = useFormat();
  const locale = useLocale();
  const may = useMay();
  const trpc = useTRPC();
  const [value, setValue] = useState<number | string>('');
  const [command, setCommand] = useState<SentCommand>();
  const unit = unitLabel(form.unit);
  const target = form.target ? live.tag(form.target.id) : undefined;
  const output = shown ? live.value(shown, facts.instance?.key) : undefined;
  const submit = useMutation(
    trpc.operate.submit.mutationOptions({
      onSuccess: ({ seq, at }, sent) => {
        setCommand({ seq, at, value: format.exact(Number(sent.values.value)), unit });
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
      submit.mutate({ instanceId: facts.instance.id, form: form.name, values: { value: number } });
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
