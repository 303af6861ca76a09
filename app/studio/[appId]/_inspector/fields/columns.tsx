'use client';
import { ActionIcon, Button, Select, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { type FieldProps, testId } from '../field-props.ts';

interface ListedColumn {
  readonly name: string;
  readonly type: string;
  readonly unit?: string;
}
const TYPES = ['number', 'integer', 'boolean', 'text', 'json'];

/** The columns that a block's code gives. */
export function ColumnsField(props: FieldProps) {
  const t = useTranslations('studio');
  const columns = Array.isArray(props.value) ? (props.value as ListedColumn[]) : [];
  const put = (at: number, change: Partial<ListedColumn>) =>
    props.change(columns.map((column, index) => (index === at ? withoutEmptyUnit({ ...column, ...change }) : column)));
  return (
    <fieldset style={{ border: 0, margin: 0, padding: 0 }} data-testid={testId(props)}>
      <legend style={{ fontSize: 12, fontWeight: 500, padding: 0, marginBottom: 4 }}>{props.label}</legend>
      <div style={{ display: 'grid', gap: 6 }}>
        {columns.map((column, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a column has no identity but its place; its name is being typed
          <div key={at} style={{ display: 'grid', gridTemplateColumns: '1fr 88px 64px 30px', gap: 4 }}>
            <TextInput
              aria-label={t('columns.name')}
              value={column.name}
              onChange={(event) => put(at, { name: event.currentTarget.value })}
              data-testid={`${testId(props)}-${at}-name`}
            />
            <Select
              aria-label={t('columns.type')}
              data={TYPES.map((value) => ({ value, label: t(`types.${value}`) }))}
              value={column.type}
              allowDeselect={false}
              onChange={(type) => type && put(at, { type })}
            />
            <TextInput
              aria-label={t('columns.unit')}
              placeholder="1"
              disabled={column.type !== 'number'}
              value={column.unit ?? ''}
              onChange={(event) => put(at, { unit: event.currentTarget.value })}
            />
            <ActionIcon
              aria-label={t('columns.remove', { name: column.name })}
              onClick={() => props.change(columns.filter((_one, index) => index !== at))}
            >
              <IconTrash size={15} stroke={1.6} />
            </ActionIcon>
          </div>
        ))}
        <Button
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => props.change([...columns, { name: `value${columns.length + 1}`, type: 'number' }])}
        >
          {t('columns.add')}
        </Button>
      </div>
      {props.error && (
        <p role="alert" style={{ color: 'var(--mantine-color-error)', fontSize: 12, margin: '4px 0 0' }}>
          {props.error}
        </p>
      )}
    </fieldset>
  );
}

function withoutEmptyUnit(column: ListedColumn): ListedColumn {
  const { unit, ...rest } = column;
  return unit && column.type === 'number' ? column : rest;
}
