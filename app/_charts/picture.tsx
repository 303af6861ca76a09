'use client';
import { Button } from '@mantine/core';
import { IconChartLine, IconTable } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { type ReactNode, useState } from 'react';
import classes from './charts.module.css';

/** The data of a chart for reading: one click away from every picture. */
export interface ChartTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface PictureProps {
  /** What the picture says, in a sentence, for those who do not see it. */
  readonly label: string;
  readonly table: () => ChartTable;
  /** CSS height; default: fills its parent. */
  readonly height?: number | string;
  /** Something beside the table button. */
  readonly actions?: ReactNode;
}

/** What every picture has: a place that gives its size, and its data as a table behind a button. */
export function Picture({ label, table, height = '100%', actions, children }: PictureProps & { readonly children: ReactNode }) {
  const t = useTranslations('charts');
  const [asTable, setAsTable] = useState(false);
  return (
    <div className={classes.chart} style={{ height }}>
      {asTable ? <DataTable label={label} table={table()} /> : <div className={classes.canvas}>{children}</div>}
      <div className={classes.tools}>
        {actions}
        <Button
          variant="subtle"
          color="gray"
          size="compact-xs"
          leftSection={asTable ? <IconChartLine size={13} /> : <IconTable size={13} />}
          onClick={() => setAsTable(!asTable)}
        >
          {t(asTable ? 'asChart' : 'asTable')}
        </Button>
      </div>
    </div>
  );
}

function DataTable({ label, table }: { label: string; table: ChartTable }) {
  const t = useTranslations('charts');
  const shown = table.rows.slice(0, 1000);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={classes.table} tabIndex={0} aria-label={label}>
      <table>
        <thead>
          <tr>
            {table.columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((row, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows may be equal and have no other name than their place
            <tr key={i}>
              {row.map((cell, column) => (
                <td key={table.columns[column]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {table.rows.length > shown.length && <p>{t('moreRows', { count: table.rows.length - shown.length })}</p>}
      {table.rows.length === 0 && <p>{t('noData')}</p>}
    </section>
  );
}
