'use client';
import { ActionIcon, Button, Loader, Menu, MultiSelect, SegmentedControl, Tooltip } from '@mantine/core';
import {
  IconChartLine,
  IconChevronLeft,
  IconChevronRight,
  IconDownload,
  IconLink,
  IconMinus,
  IconPlus,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useEffect, useMemo, useState } from 'react';
import { TrendChart, type TrendLine } from '../../_charts/trend-chart.tsx';
import { useTRPC } from '../../_client/trpc.ts';
import { EmptyState } from '../../_parts/empty-state.tsx';
import { ErrorState } from '../../_parts/error-state.tsx';
import { useFormat } from '../../_parts/format.ts';
import { PageHeader } from '../../_parts/page-header.tsx';
import { SimulatedBadge } from '../../_parts/simulated-badge.tsx';
import { unitLabel } from '../../_parts/unit.ts';
import { useMay } from '../../_shell/me.tsx';
import classes from './history.module.css';
import { MOST_SIGNALS, type View, windowOf, writeView } from './view.ts';

/** A spreadsheet first, then what programs read. */
const EXPORTS = ['csv', 'jsonl', 'parquet', 'arrow'] as const;
const SPANS = [900_000, 3_600_000, 28_800_000, 86_400_000, 604_800_000, 2_592_000_000] as const;

export function HistoryPage({ initial }: { initial: View }) {
  const t = useTranslations('history');
  const format = useFormat();
  const may = useMay();
  const trpc = useTRPC();
  const [view, setView] = useState(initial);
  const [now, setNow] = useState<number>();
  const [cursors, setCursors] = useState<readonly number[]>([]);
  useEffect(() => {
    window.history.replaceState(null, '', writeView(view));
  }, [view]);
  // A followed window moves on: short ones every two seconds, long ones when a pixel has passed.
  useEffect(() => {
    setNow(Date.now());
    if (view.last === undefined) return;
    const timer = setInterval(() => setNow(Date.now()), Math.max(2_000, Math.min(60_000, view.last / 1000)));
    return () => clearInterval(timer);
  }, [view.last]);

  const signals = useQuery(trpc.history.signals.queryOptions());
  const window_ = now === undefined ? undefined : windowOf(view, now);
  const trend = useQuery({
    ...trpc.history.trend.queryOptions({ ids: [...view.ids], from: window_?.from ?? 0, to: window_?.to ?? 1, width: 1200 }),
    enabled: view.ids.length > 0 && window_ !== undefined,
    placeholderData: (before) => before,
  });
  const lines = useMemo(
    (): TrendLine[] =>
      (trend.data ?? []).map((s) => ({
        name: s.kind === 'tag' ? s.name : `${s.of} ${s.name}`,
        unit: s.unit,
        x: s.x,
        y: s.y,
        quality: s.quality,
        step: s.type === 'boolean' || s.type === 'integer',
      })),
    [trend.data],
  );
  const options = useMemo(() => groups(signals.data ?? [], t('tags'), t('outputs'), format.text), [signals.data, t, format]);
  const marks = useMemo(() => cursors.map((at, i) => ({ at, label: i === 0 ? 'A' : 'B' })), [cursors]);
  const move = (share: number, scale = 1) => {
    if (!window_) return;
    const span = window_.to - window_.from;
    const middle = window_.from + span / 2 + span * share;
    setView({ ids: view.ids, from: middle - (span * scale) / 2, to: middle + (span * scale) / 2 });
  };
  const exportHref = window_
    ? `/history/export?ids=${view.ids.join(',')}&from=${Math.round(window_.from)}&to=${Math.round(window_.to)}`
    : '#';

  return (
    <div className={classes.page}>
      <PageHeader
        title={t('title')}
        hint={t('hint')}
        actions={
          view.ids.length > 0 && (
            <>
              <Button
                variant="default"
                leftSection={<IconLink size={15} />}
                onClick={() => navigator.clipboard.writeText(window.location.href)}
              >
                {t('copyLink')}
              </Button>
              {may('history.export') && (
                <Menu position="bottom-end">
                  <Menu.Target>
                    <Button variant="default" leftSection={<IconDownload size={15} />}>
                      {t('export')}
                    </Button>
                  </Menu.Target>
                  <Menu.Dropdown>
                    {EXPORTS.map((one) => (
                      <Menu.Item key={one} component="a" href={`${exportHref}&format=${one}`} download>
                        {t(`exports.${one}`)}
                      </Menu.Item>
                    ))}
                  </Menu.Dropdown>
                </Menu>
              )}
            </>
          )
        }
      />
      <div className={classes.tools}>
        <MultiSelect
          className={classes.picker}
          aria-label={t('signals')}
          placeholder={view.ids.length ? undefined : t('pick')}
          data={options}
          value={view.ids.map(String)}
          onChange={(ids) => setView({ ...view, ids: ids.map(Number) })}
          maxValues={MOST_SIGNALS}
          searchable
          clearable
          clearButtonProps={{ 'aria-label': t('clear') }}
          limit={200}
          nothingFoundMessage={signals.isPending ? t('loading') : t('nothingFound')}
        />
        <SegmentedControl
          aria-label={t('span')}
          value={view.last === undefined ? '' : String(view.last)}
          onChange={(last) => setView({ ids: view.ids, last: Number(last) })}
          data={SPANS.map((span) => ({ value: String(span), label: format.duration(span) }))}
        />
        <div className={classes.moves}>
          {(
            [
              ['earlier', IconChevronLeft, () => move(-0.5)],
              ['later', IconChevronRight, () => move(0.5)],
              ['closer', IconPlus, () => move(0, 0.5)],
              ['wider', IconMinus, () => move(0, 2)],
            ] as const
          ).map(([name, Icon, run]) => (
            <Tooltip key={name} label={t(name)}>
              <ActionIcon aria-label={t(name)} variant="default" onClick={run} disabled={!window_}>
                <Icon size={16} />
              </ActionIcon>
            </Tooltip>
          ))}
        </div>
      </div>
      {signals.error && <ErrorState error={signals.error} retry={() => signals.refetch()} />}
      {trend.error && <ErrorState error={trend.error} retry={() => trend.refetch()} />}
      {view.ids.length === 0 ? (
        <EmptyState
          icon={<IconChartLine size={36} stroke={1.4} />}
          title={signals.data?.length === 0 ? t('noSignalsTitle') : t('emptyTitle')}
          text={signals.data?.length === 0 ? t('noSignalsText') : t('emptyText')}
          actions={
            signals.data?.length === 0 ? (
              <Button component={Link} href="/sources">
                {t('toSources')}
              </Button>
            ) : (
              options
                .flatMap((g) => g.items)
                .slice(0, 3)
                .map((item) => (
                  <Button key={item.value} variant="default" onClick={() => setView({ ...view, ids: [Number(item.value)] })}>
                    {item.label}
                  </Button>
                ))
            )
          }
        />
      ) : (
        <section className={classes.chart} aria-label={t('trend')}>
          {trend.isPending && <Loader role="status" size="sm" m="md" aria-label={t('loading')} />}
          {window_ && trend.data && (
            <TrendChart
              title={lines.map((l) => l.name).join(', ')}
              lines={lines}
              from={window_.from}
              to={window_.to}
              cursors={marks}
              onWindow={(from, to) => setView({ ids: view.ids, from, to })}
              onPick={(at) => setCursors((before) => (before.length >= 2 ? [at] : [...before, at]))}
              actions={trend.data.some((s) => s.simulated) && <SimulatedBadge />}
            />
          )}
        </section>
      )}
      {view.ids.length > 0 && trend.data && <Readings lines={lines} cursors={cursors} />}
    </div>
  );
}

function groups(
  signals: readonly {
    id: number;
    kind: string;
    name: string;
    of: string;
    unit: string | null;
    type: string;
    title: { en: string; zh: string } | null;
  }[],
  tags: string,
  outputs: string,
  text: (pair: { en: string; zh: string } | null) => string,
) {
  const drawable = signals.filter(
    (s) => s.type === 'number' || s.type === 'integer' || s.type === 'boolean' || s.type === 'time',
  );
  const items = (kind: string) =>
    drawable
      .filter((s) => s.kind === kind)
      .map((s) => ({
        value: String(s.id),
        label: `${s.kind === 'tag' ? s.name : `${s.of} ${s.name}`}${s.title && s.kind === 'tag' ? ` · ${text(s.title)}` : ''}${s.unit && s.unit !== '1' ? ` [${unitLabel(s.unit)}]` : ''}`,
      }));
  return [
    { group: tags, items: items('tag') },
    { group: outputs, items: items('output') },
  ].filter((g) => g.items.length > 0);
}

/** Figures of the window, and what each line reads at the cursors. */
function Readings({ lines, cursors }: { lines: readonly TrendLine[]; cursors: readonly number[] }) {
  const t = useTranslations('history');
  const format = useFormat();
  const at = (line: TrendLine, time: number | undefined) => {
    if (time === undefined) return null;
    let found: number | null = null;
    for (let i = 0; i < line.x.length && (line.x[i] ?? 0) <= time; i++) found = line.y[i] ?? null;
    return found;
  };
  const cell = (value: number | null) => (value === null ? '–' : format.number(value, { digits: 5 }));
  const [a, b] = cursors;
  return (
    <div className={classes.readings}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('signal')}</th>
            <th scope="col">{t('lowest')}</th>
            <th scope="col">{t('highest')}</th>
            <th scope="col">{t('newest')}</th>
            <th scope="col">A {a === undefined ? t('clickToPlace') : format.time(a)}</th>
            <th scope="col">B {b === undefined ? '' : format.time(b)}</th>
            <th scope="col">{t('difference')}</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => {
            const numbers = line.y.filter((y): y is number => y !== null);
            const va = at(line, a);
            const vb = at(line, b);
            return (
              <tr key={line.name}>
                <th scope="row">
                  {line.name} <span>{unitLabel(line.unit)}</span>
                </th>
                <td>{cell(numbers.length ? numbers.reduce((x, y) => Math.min(x, y)) : null)}</td>
                <td>{cell(numbers.length ? numbers.reduce((x, y) => Math.max(x, y)) : null)}</td>
                <td>{cell(numbers.at(-1) ?? null)}</td>
                <td>{cell(va)}</td>
                <td>{cell(vb)}</td>
                <td>{cell(va !== null && vb !== null ? vb - va : null)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
