'use client';
import { Button, NativeSelect, NumberInput, type NumberInputProps, Switch, Textarea, TextInput } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { type SubmitEvent, useState } from 'react';
import { checkEntry, type Entered, type FormField } from '#runtime/graph/form-fields.ts';
import type { ScreenFacts } from '#server/operate/read-screen.ts';
import { readFailure } from '../../../../_client/failure.ts';
import { useTRPC } from '../../../../_client/trpc.ts';
import { useFormat } from '../../../../_parts/format.ts';
import { unitLabel } from '../../../../_parts/unit.ts';
import { useMay } from '../../../../_shell/me.tsx';
import { LastCommand, Outcome, type SentCommand } from './last-command.tsx';
import classes from './record-form.module.css';
import { useScreen } from './screen-context.tsx';

type Form = ScreenFacts['forms'][number];
type Values = Readonly<Record<string, Entered>>;
/** A text longer than this is written on several lines. */
const LINE = 120;

const emptyOf = (fields: readonly FormField[]): Values =>
  Object.fromEntries(fields.map(({ name, kind }) => [name, kind === 'boolean' ? false : null]));

/** Several fields, sent together as one record. What the server would refuse is said at its field when it is sent. */
export function RecordForm({ form }: { form: Form }) {
  const { facts, live, lost, preview } = useScreen();
  const t = useTranslations('operate-form');
  const format = useFormat();
  const locale = useLocale();
  const allowed = useMay()('operate.write');
  const trpc = useTRPC();
  const [values, setValues] = useState<Values>(() => emptyOf(form.fields));
  /** Nobody is told that a field is empty before they wanted to send. */
  const [tried, setTried] = useState(false);
  const [sent, setSent] = useState<SentCommand>();
  const submit = useMutation(
    trpc.operate.submit.mutationOptions({
      onSuccess: ({ seq, at }) => {
        setSent({ seq, at, value: t('named', { title: format.text(form.title) }), unit: '' });
        setValues(emptyOf(form.fields));
        setTried(false);
      },
    }),
  );
  if (!allowed) return <p className={classes.dim}>{t('mayNot')}</p>;
  const problems = checkEntry(form.fields, values);
  const problemOf = ({ name }: FormField) => {
    const found = problems.find((one) => one.field === name);
    return found && (tried || found.code !== 'missing') ? format.text(found.message) : undefined;
  };
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    if (facts.instance && !preview && problems.length === 0)
      submit.mutate({ instanceId: facts.instance.id, form: form.name, values });
  };
  // an entry that nothing outside follows from is simply kept
  const kept = sent && form.writes.length === 0 && form.interlocks.length === 0;
  return (
    <form className={classes.form} onSubmit={send} noValidate aria-label={format.text(form.title)}>
      <div className={classes.fields}>
        {form.fields.map((field) => (
          <Field
            key={field.name}
            field={field}
            value={values[field.name] ?? null}
            error={problemOf(field)}
            change={(value) => setValues((before) => ({ ...before, [field.name]: value }))}
          />
        ))}
      </div>
      <div className={classes.foot}>
        <Button type="submit" size="md" loading={submit.isPending} disabled={lost || preview === true || !facts.instance}>
          {t('send')}
        </Button>
        <div aria-live="polite">
          {submit.error ? (
            <Outcome icon={<IconX size={16} />} strong>
              {readFailure(submit.error, locale).message}
            </Outcome>
          ) : tried && problems.length > 0 ? (
            <Outcome icon={<IconX size={16} />} strong>
              {t('wrong', { count: problems.length })}
            </Outcome>
          ) : kept ? (
            <Outcome icon={<IconCheck size={16} />}>
              {(live.state?.consumed ?? 0) >= sent.seq
                ? t('taken', { time: format.time(sent.at) })
                : t('sent', { time: format.time(sent.at) })}
            </Outcome>
          ) : (
            <LastCommand form={form} command={sent} state={live.state} />
          )}
        </div>
      </div>
    </form>
  );
}

function Field({
  field,
  value,
  error,
  change,
}: {
  field: FormField;
  value: Entered;
  error: string | undefined;
  change: (value: Entered) => void;
}) {
  const t = useTranslations('operate-form');
  const format = useFormat();
  const { kind, low, high, required } = field;
  const unit = unitLabel(field.unit);
  const title = format.text(field.title);
  const common = {
    ...{ label: unit ? t('withUnit', { title, unit }) : title, error, size: 'md', withAsterisk: required },
    // entries stand in one line, whatever is said of them
    inputWrapperOrder: ['label', 'input', 'description', 'error'],
  } satisfies Partial<NumberInputProps>;
  if (kind === 'number') {
    const range =
      low === null && high === null
        ? undefined
        : t('allowed', { low: low === null ? '−∞' : format.exact(low), high: high === null ? '∞' : format.exact(high), unit });
    return (
      <NumberInput
        {...common}
        description={range}
        value={typeof value === 'number' ? value : ''}
        onChange={(next) => change(typeof next === 'number' ? next : null)}
        hideControls
        allowedDecimalSeparators={['.', ',']}
      />
    );
  }
  if (kind === 'boolean')
    return (
      <Switch
        className={classes.switch ?? ''}
        label={title}
        size="md"
        checked={value === true}
        onChange={(event) => change(event.currentTarget.checked)}
        error={error}
      />
    );
  const text = typeof value === 'string' ? value : '';
  const write = (event: { currentTarget: { value: string } }) => change(event.currentTarget.value || null);
  if (kind === 'choice')
    return (
      <NativeSelect
        {...common}
        value={text}
        onChange={write}
        data={[
          { value: '', label: t('choose') },
          ...field.options.map((option) => ({ value: option.value, label: format.text(option.title) || option.value })),
        ]}
      />
    );
  if (kind === 'date')
    return <TextInput {...common} type={field.clock ? 'datetime-local' : 'date'} value={text} onChange={write} />;
  if (field.most > LINE) return <Textarea {...common} autosize minRows={2} maxRows={6} value={text} onChange={write} />;
  return <TextInput {...common} value={text} onChange={write} />;
}
