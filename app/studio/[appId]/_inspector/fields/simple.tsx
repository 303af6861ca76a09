'use client';
import { NumberInput, Select, Switch, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { displayUnit } from '#runtime/units/units.ts';
import { useSay } from '../../_session/use-session.tsx';
import { type FieldProps, testId } from '../field-props.ts';

export function NumberField(props: FieldProps) {
  const { schema, value, meta } = props;
  const unit = meta.unit ? displayUnit(meta.unit) : undefined;
  return (
    <NumberInput
      label={props.label}
      description={props.help}
      error={props.error}
      withAsterisk={props.required}
      value={typeof value === 'number' ? value : ''}
      placeholder={schema.default === undefined ? undefined : String(schema.default)}
      allowDecimal={schema.type !== 'integer'}
      suffix={unit ? ` ${unit}` : undefined}
      hideControls={schema.type !== 'integer'}
      onChange={(next) => {
        if (typeof next === 'number') props.change(next);
        else if (next === '') props.change(undefined);
      }}
      data-testid={testId(props)}
    />
  );
}

export function TextField(props: FieldProps) {
  const { value, schema } = props;
  return (
    <TextInput
      label={props.label}
      description={props.help}
      error={props.error}
      withAsterisk={props.required}
      value={typeof value === 'string' ? value : ''}
      placeholder={schema.default === undefined ? undefined : String(schema.default)}
      onChange={(event) => props.change(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}
      data-testid={testId(props)}
    />
  );
}

export function TextAreaField(props: FieldProps) {
  return (
    <Textarea
      label={props.label}
      description={props.help}
      error={props.error}
      withAsterisk={props.required}
      autosize
      minRows={3}
      value={typeof props.value === 'string' ? props.value : ''}
      onChange={(event) => props.change(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}
      data-testid={testId(props)}
    />
  );
}

export function BooleanField(props: FieldProps) {
  return (
    <Switch
      label={props.label}
      description={props.help}
      error={props.error}
      checked={(props.value ?? props.schema.default) === true}
      onChange={(event) => props.change(event.currentTarget.checked)}
      data-testid={testId(props)}
    />
  );
}

export function EnumField(props: FieldProps) {
  const say = useSay();
  const options = (props.schema.enum ?? []).map(String);
  return (
    <Select
      label={props.label}
      description={props.help}
      error={props.error}
      withAsterisk={props.required}
      data={options.map((value) => ({ value, label: props.meta.options?.[value] ? say(props.meta.options[value]) : value }))}
      value={String(props.value ?? props.schema.default ?? '')}
      allowDeselect={false}
      onChange={(next) => props.change(next === props.schema.default ? undefined : (next ?? undefined))}
      data-testid={testId(props)}
    />
  );
}

export function BilingualField(props: FieldProps) {
  const value = (typeof props.value === 'object' && props.value !== null ? props.value : {}) as { en?: string; zh?: string };
  const change = (language: 'en' | 'zh', text: string) => {
    const next = { en: value.en ?? '', zh: value.zh ?? '', [language]: text };
    props.change(next.en === '' && next.zh === '' ? undefined : next);
  };
  return (
    <fieldset style={{ border: 0, margin: 0, padding: 0, display: 'grid', gap: 6 }}>
      <TextInput
        label={`${props.label} · English`}
        description={props.help}
        withAsterisk={props.required}
        value={value.en ?? ''}
        onChange={(event) => change('en', event.currentTarget.value)}
        data-testid={`${testId(props)}-en`}
      />
      <TextInput
        label={`${props.label} · 中文`}
        error={props.error}
        withAsterisk={props.required}
        value={value.zh ?? ''}
        onChange={(event) => change('zh', event.currentTarget.value)}
        data-testid={`${testId(props)}-zh`}
      />
    </fieldset>
  );
}

/** What no other field knows: the value as JSON, taken when it is JSON. */
export function JsonField(props: FieldProps) {
  const [text, setText] = useState(() => JSON.stringify(props.value ?? props.schema.default ?? null, null, 2));
  const [bad, setBad] = useState<string>();
  return (
    <Textarea
      label={props.label}
      description={props.help}
      error={bad ?? props.error}
      autosize
      minRows={3}
      classNames={{ input: 'mw-mono' }}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        try {
          props.change(JSON.parse(event.currentTarget.value));
          setBad(undefined);
        } catch (error) {
          setBad(error instanceof Error ? error.message : String(error));
        }
      }}
      data-testid={testId(props)}
    />
  );
}
