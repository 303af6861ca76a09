import { Table } from '@mantine/core';
import type { Key, ReactNode } from 'react';
import { ScrollX } from './scroll-x.tsx';

export interface Column<Row> {
  readonly label: string;
  readonly cell: (row: Row) => ReactNode;
  /** The heading is for readers of the screen alone: a column of buttons. */
  readonly hidden?: boolean;
  /** Numbers, and buttons at the end of a row. */
  readonly right?: boolean;
  readonly mono?: boolean;
  readonly width?: number;
  readonly least?: number;
  readonly most?: number;
}

/** A list as a table: columns that say how a row fills them. Wider than its place, it scrolls by itself. */
export function ListTable<Row>({
  label,
  columns,
  rows,
  rowKey,
  hover = false,
}: {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => Key;
  hover?: boolean;
}) {
  return (
    <ScrollX label={label}>
      <Table highlightOnHover={hover}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th
                key={column.label}
                {...(column.right ? { ta: 'right' as const } : {})}
                {...(column.width === undefined ? {} : { w: column.width })}
                {...(column.least === undefined ? {} : { miw: column.least })}
              >
                {column.hidden ? <span className="mw-visually-hidden">{column.label}</span> : column.label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={rowKey(row)}>
              {columns.map((column) => (
                <Table.Td
                  key={column.label}
                  {...(column.mono ? { className: 'mw-mono' } : {})}
                  {...(column.right ? { ta: 'right' as const } : {})}
                  {...(column.most === undefined ? {} : { maw: column.most })}
                >
                  {column.cell(row)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollX>
  );
}
