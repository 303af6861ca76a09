'use client';
import { Table } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { displayUnit } from '#runtime/units/units.ts';
import type { FieldFacts } from '#server/records/describe-kinds.ts';
import { useFormat } from '../../_parts/format.ts';
import { ScrollX } from '../../_parts/scroll-x.tsx';

/** What a field holds, for reading. */
export function FieldText({ field, value }: { field: FieldFacts; value: unknown }) {
  const t = useTranslations('records');
  const format = useFormat();
  if (value === undefined || value === null) return '–';
  switch (field.type) {
    case 'words':
      return format.text(value as { en: string; zh: string });
    case 'choice': {
      const title = field.options?.[String(value)];
      return title ? format.text(title) : String(value);
    }
    case 'boolean':
      return t(value ? 'yes' : 'no');
    case 'time':
      return format.dateTime(String(value));
    case 'number':
    case 'integer':
      return `${format.exact(Number(value))}${field.unit && field.unit !== '1' ? ` ${displayUnit(field.unit)}` : ''}`;
    case 'list':
      return <ListText field={field} rows={value as Record<string, unknown>[]} />;
    default:
      return String(value);
  }
}

function ListText({ field, rows }: { field: FieldFacts; rows: readonly Record<string, unknown>[] }) {
  const format = useFormat();
  const columns = Object.entries(field.fields ?? {}).filter(([name]) => rows.some((row) => row[name] !== undefined));
  if (rows.length === 0) return '–';
  return (
    <ScrollX label={format.text(field.title)}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            {columns.map(([name, { title }]) => (
              <Table.Th key={name}>{format.text(title)}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a list have their place alone
            <Table.Tr key={i}>
              {columns.map(([name, inner]) => (
                <Table.Td key={name}>
                  <FieldText field={inner} value={row[name]} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollX>
  );
}
