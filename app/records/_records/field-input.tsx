'use client';
import { ActionIcon, Button, Checkbox, Fieldset, Group, NumberInput, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { displayUnit } from '#runtime/units/units.ts';
import type { FieldFacts } from '#server/records/describe-kinds.ts';
import { useFormat } from '../../_parts/format.ts';

/** Longer texts get more lines. */
const LONG = new Set(['note', 'cause', 'action', 'done']);

interface Props {
  name: string;
  /** Where it stands, as the server names it: `lines.0.item`. */
  path: string;
  field: FieldFacts;
  value: unknown;
  onChange: (value: unknown) => void;
  /** What is wrong, by path. */
  faults: Readonly<Record<string, string>>;
}

/** One field of a record, by what it holds; a list is rows of fields. Empty means that it is not there. */
export function FieldInput({ name, path, field, value, onChange, faults }: Props) {
  const t = useTranslations('records');
  const format = useFormat();
  const unit = field.unit && field.unit !== '1' ? ` [${displayUnit(field.unit)}]` : '';
  const label = `${format.text(field.title)}${unit}${field.optional ? ` (${t('optional')})` : ''}`;
  const error = faults[path];
  const common = { label, ...(error ? { error } : {}) };
  const text = typeof value === 'string' ? value : '';
  const give = (next: string) => onChange(next === '' ? undefined : next);
  switch (field.type) {
    case 'boolean':
      return <Checkbox {...common} checked={value === true} onChange={(e) => onChange(e.currentTarget.checked)} />;
    case 'choice':
      return (
        <Select
          {...common}
          data={Object.entries(field.options ?? {}).map(([option, title]) => ({ value: option, label: format.text(title) }))}
          value={text || null}
          onChange={(next) => onChange(next ?? undefined)}
          clearable={field.optional}
        />
      );
    case 'number':
    case 'integer':
      return (
        <NumberInput
          {...common}
          value={typeof value === 'number' ? value : ''}
          onChange={(next) => onChange(typeof next === 'number' ? next : undefined)}
          allowDecimal={field.type === 'number'}
          hideControls
        />
      );
    case 'words': {
      const both = (value ?? {}) as { en?: string; zh?: string };
      return (
        <Group grow align="start">
          {(['en', 'zh'] as const).map((language) => (
            <TextInput
              key={language}
              label={`${label} · ${t(language === 'en' ? 'english' : 'chinese')}`}
              {...(faults[`${path}.${language}`] ? { error: faults[`${path}.${language}`] } : {})}
              value={both[language] ?? ''}
              onChange={(e) => onChange({ ...both, [language]: e.currentTarget.value })}
            />
          ))}
        </Group>
      );
    }
    case 'list':
      return <ListInput name={name} path={path} field={field} value={value} onChange={onChange} faults={faults} />;
    case 'date':
      return <TextInput {...common} type="date" value={text} onChange={(e) => give(e.currentTarget.value)} />;
    case 'time':
      return (
        <TextInput
          {...common}
          placeholder="2026-01-05T08:00:00+08:00"
          value={text}
          onChange={(e) => give(e.currentTarget.value)}
        />
      );
    default:
      return LONG.has(name) ? (
        <Textarea {...common} autosize minRows={2} value={text} onChange={(e) => give(e.currentTarget.value)} />
      ) : (
        <TextInput {...common} value={text} onChange={(e) => give(e.currentTarget.value)} />
      );
  }
}

function ListInput({ path, field, value, onChange, faults }: Props) {
  const t = useTranslations('records');
  const format = useFormat();
  const rows = (Array.isArray(value) ? value : []) as Record<string, unknown>[];
  const set = (at: number, name: string, next: unknown) =>
    onChange(rows.map((row, i) => (i === at ? { ...row, [name]: next } : row)));
  return (
    <Fieldset legend={`${format.text(field.title)}${field.optional ? ` (${t('optional')})` : ''}`}>
      <Stack gap="sm">
        {faults[path] && <span role="alert">{faults[path]}</span>}
        {rows.map((row, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows of a list have their place alone
          <Group key={i} align="end" gap="xs">
            {Object.entries(field.fields ?? {}).map(([name, inner]) => (
              <FieldInput
                key={name}
                name={name}
                path={`${path}.${i}.${name}`}
                field={inner}
                value={row[name]}
                onChange={(next) => set(i, name, next)}
                faults={faults}
              />
            ))}
            <ActionIcon
              variant="subtle"
              color="red"
              size="lg"
              aria-label={t('remove', { row: i + 1 })}
              onClick={() => onChange(rows.filter((_, at) => at !== i))}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Group>
        ))}
        <Group>
          <Button variant="default" size="xs" onClick={() => onChange([...rows, {}])}>
            {t('add')}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}
