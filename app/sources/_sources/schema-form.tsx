'use client';
import { NativeSelect, NumberInput, PasswordInput, Switch, Textarea, TextInput } from '@mantine/core';
import { useTranslations } from 'next-intl';
import type { FieldSchema, ObjectSchema } from '#blocks/catalogue/connector-card.ts';
import { useFormat } from '../../_parts/format.ts';
import { unitLabel } from '../../_parts/unit.ts';

export type FormValues = Readonly<Record<string, unknown>>;

export const defaultsOf = (schema: ObjectSchema): FormValues =>
  Object.fromEntries(
    Object.entries(schema.properties ?? {}).flatMap(([name, f]) => (f.default === undefined ? [] : [[name, f.default]])),
  );

/** A connector's settings as a form: the same schema that the server checks. */
export function SchemaForm({
  schema,
  values,
  onChange,
  errors,
  secret,
  kept,
}: {
  schema: ObjectSchema;
  values: FormValues;
  onChange: (values: FormValues) => void;
  errors: Readonly<Record<string, string>>;
  /** Write-only: never shown, empty keeps what is sealed. */
  secret?: boolean;
  kept?: boolean;
}) {
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).map(([name, field]) => (
    <Field
      key={name}
      name={name}
      field={field}
      value={values[name]}
      required={required.has(name)}
      error={errors[name]}
      secret={secret ?? false}
      kept={kept ?? false}
      onChange={(value) => onChange({ ...values, [name]: value })}
    />
  ));
}

function Field({
  name,
  field,
  value,
  required,
  error,
  secret,
  kept,
  onChange,
}: {
  name: string;
  field: FieldSchema;
  value: unknown;
  required: boolean;
  error: string | undefined;
  secret: boolean;
  kept: boolean;
  onChange: (value: unknown) => void;
}) {
  const t = useTranslations('sources');
  const format = useFormat();
  const meta = field['x-millwright'];
  const shared = { label: format.text(meta?.title) || name, description: format.text(meta?.help) || undefined, error };
  if (field.enum)
    return (
      <NativeSelect
        {...shared}
        value={String(value ?? '')}
        onChange={(event) => onChange(event.currentTarget.value)}
        data={field.enum.map((option) => ({ value: option, label: format.text(meta?.options?.[option]) || option }))}
      />
    );
  if (field.type === 'boolean')
    return <Switch {...shared} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />;
  if (field.type === 'number' || field.type === 'integer')
    return (
      <NumberInput
        {...shared}
        required={required}
        value={typeof value === 'number' ? value : ''}
        onChange={(next) => onChange(typeof next === 'number' ? next : undefined)}
        allowDecimal={field.type === 'number'}
        hideControls
        {...(meta?.unit ? { suffix: ` ${unitLabel(meta.unit)}` } : {})}
      />
    );
  const text = {
    value: typeof value === 'string' ? value : '',
    onChange: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  };
  if (meta?.field === 'text-area')
    return <Textarea {...shared} {...text} required={required} autosize minRows={3} maxRows={12} />;
  return secret ? (
    <PasswordInput
      {...shared}
      {...text}
      autoComplete="new-password"
      placeholder={kept ? t('sealed') : undefined}
      visibilityToggleButtonProps={{ 'aria-label': t('showSecret') }}
    />
  ) : (
    <TextInput {...shared} {...text} required={required} />
  );
}
