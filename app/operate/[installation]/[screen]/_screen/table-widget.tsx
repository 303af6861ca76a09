'use client';
import { ActionIcon } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconDownload } from '@tabler/icons-react';
import { useLocale, useTranslations } from 'next-intl';
import { type ReactNode, useMemo, useState } from 'react';
import type { Widget } from '#runtime/graph/screens.ts';
import { useFormat } from '../../../../_parts/format.ts';
import { unitLabel } from '../../../../_parts/unit.ts';
import { Value } from '../../../../_parts/value.tsx';
import { csvText } from './csv-text.ts';
import { frameBind, frameOf } from './frame.ts';
import classes from './screen.module.css';
import { useScreen, useStaleAfter } from './screen-context.tsx';
import { shownValue, useBindName, useColumnFacts } from './widgets.tsx';

interface Column {
  readonly name: string;
  readonly head: string;
}
type Cell = string | number | boolean | null;
interface Row {
  readonly id: string;
  /** By these it is sorted and saved. */
  readonly cells: readonly Cell[];
  readonly shown: readonly ReactNode[];
}

/** Newest values: a row for each record key, or the rows of a frame. Sorted by a click on a heading; saved as CSV with all digits. */
export function TableWidget({ widget }: { widget: Widget }) {
  const { live } = useScreen();
  const staleAfterMs = useStaleAfter();
  const t = useTranslations('operate');
  const format = useFormat();
  const nameOf = useBindName();
  const columnFacts = useColumnFacts();
  const binds = widget.bind.map(({ to }) => to);
  const bind = frameBind(widget, 'frame', widget.bind[0]?.slot ?? '');
  const other = live.rows(binds[0] ?? '')[0]?.other ?? null;
  const frame = useMemo(() => frameOf({ other }), [other]);
  if (frame) {
    const names = Object.keys(frame);
    const count = frame[names[0] ?? '']?.length ?? 0;
    const known = names.map((n) => columnFacts(bind, n));
    const columns = known.map(({ name, unit }, i) => ({
      name: names[i] ?? name,
      head: unit ? `${name} [${unitLabel(unit)}]` : name,
    }));
    const rows = Array.from({ length: count }, (_, i): Row => {
      const cells = names.map((n) => cellOf(frame[n]?.[i]));
      const shown = cells.map((cell, c) => {
        if (cell === null) return '–';
        if (known[c]?.type === 'time') return format.dateTime(typeof cell === 'number' ? cell : String(cell));
        return typeof cell === 'number' ? format.number(cell) : String(cell);
      });
      return { id: String(i), cells, shown };
    });
    return <Rows widget={widget} columns={columns} rows={rows} />;
  }
  const keys = [...new Set(binds.flatMap((one) => live.rows(one).map((r) => r.key)))].sort();
  if (keys.length === 0) return <p className={classes.nothing}>{t('noValues')}</p>;
  const columns = [{ name: 'key', head: t('about') }, ...widget.bind.map((one) => ({ name: one.to, head: nameOf(one) }))];
  const rows = keys.map((key): Row => {
    const values = binds.map((one) => live.rows(one).find((r) => r.key === key));
    return {
      id: key,
      cells: [key, ...values.map((v) => shownValue(v, format.text))],
      shown: [
        key,
        ...values.map((v, i) => (
          <Value
            key={binds[i]}
            value={shownValue(v, format.text)}
            unit={v?.unit ?? null}
            quality={v?.quality ?? 0}
            at={v?.time ?? null}
            {...(staleAfterMs === undefined ? {} : { staleAfterMs })}
            simulated={v?.origin === 'simulated'}
          />
        )),
      ],
    };
  });
  return <Rows widget={widget} columns={columns} rows={rows} keyed />;
}

const cellOf = (cell: unknown): Cell =>
  typeof cell === 'number' || typeof cell === 'string' || typeof cell === 'boolean'
    ? cell
    : cell == null
      ? null
      : JSON.stringify(cell);

/** More rows than this are not read on a screen; the file has them all. */
const MOST_SHOWN = 500;

function Rows({
  widget,
  columns,
  rows,
  keyed,
}: {
  widget: Widget;
  columns: readonly Column[];
  rows: readonly Row[];
  keyed?: boolean;
}) {
  const t = useTranslations('operate');
  const tCharts = useTranslations('charts');
  const format = useFormat();
  const locale = useLocale();
  const [sort, setSort] = useState<{ by: number; down: boolean }>();
  const sorted = useMemo(() => {
    if (!sort) return rows;
    const collator = new Intl.Collator(locale, { numeric: true });
    const sign = sort.down ? -1 : 1;
    return rows.toSorted((a, b) => {
      const [x, y] = [a.cells[sort.by] ?? null, b.cells[sort.by] ?? null];
      // holes last, whichever way
      if (x === null || y === null) return Number(x === null) - Number(y === null);
      return sign * (typeof x === 'number' && typeof y === 'number' ? x - y : collator.compare(String(x), String(y)));
    });
  }, [rows, sort, locale]);
  const save = () => {
    const text = csvText(
      columns.map((c) => c.head),
      sorted.map((r) => r.cells),
    );
    const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `${format.text(widget.title) || widget.id}.csv`;
    link.click();
    URL.revokeObjectURL(url);
  };
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className={classes.scroll} tabIndex={0} aria-label={format.text(widget.title) || columns[0]?.head}>
        <table className={classes.table}>
          <thead>
            <tr>
              {columns.map((column, i) => (
                <th key={column.name} scope="col" aria-sort={sort?.by !== i ? 'none' : sort.down ? 'descending' : 'ascending'}>
                  <button
                    type="button"
                    className={classes.sort}
                    title={t('sortBy', { column: column.head })}
                    onClick={() => setSort({ by: i, down: sort?.by === i ? !sort.down : false })}
                  >
                    {column.head}
                    {sort?.by === i &&
                      (sort.down ? <IconArrowDown size={12} aria-hidden /> : <IconArrowUp size={12} aria-hidden />)}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, MOST_SHOWN).map((row) => (
              <tr key={row.id}>
                {row.shown.map((cell, i) =>
                  keyed && i === 0 ? (
                    <th key={columns[i]?.name} scope="row">
                      {cell}
                    </th>
                  ) : (
                    <td key={columns[i]?.name}>{cell}</td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <div className={classes.tableFoot}>
        {sorted.length > MOST_SHOWN && <span>{tCharts('moreRows', { count: sorted.length - MOST_SHOWN })}</span>}
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={t('export')} title={t('export')} onClick={save}>
          <IconDownload size={14} />
        </ActionIcon>
      </div>
    </>
  );
}
