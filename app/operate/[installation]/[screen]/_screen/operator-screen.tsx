'use client';
import { Loader, NativeSelect } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useLocale, useTranslations } from 'next-intl';
import { useMemo } from 'react';
import { inReadingOrder } from '#runtime/graph/screens.ts';
import type { ScreenFacts } from '#server/operate/read-screen.ts';
import { useTRPC } from '../../../../_client/trpc.ts';
import { EmptyState } from '../../../../_parts/empty-state.tsx';
import { ErrorState } from '../../../../_parts/error-state.tsx';
import { useFormat } from '../../../../_parts/format.ts';
import { SimulatedBadge } from '../../../../_parts/simulated-badge.tsx';
import { useNow } from '../../../../_parts/use-now.ts';
import { Confirmations } from './confirmations.tsx';
import classes from './screen.module.css';
import { ScreenProvider, useScreen } from './screen-context.tsx';
import { Tile } from './tile.tsx';
import { useLiveScreen } from './use-live-screen.ts';

export function OperatorScreen(props: { installationId: string; screenId: string; instanceId?: string }) {
  const t = useTranslations('operate');
  const trpc = useTRPC();
  // Read again now and then: a series that an app first gives after it started becomes known to trends.
  const facts = useQuery({ ...trpc.operate.screen.queryOptions(props), refetchInterval: 30_000 });
  return (
    <div className={classes.surface} data-surface="operator">
      {facts.isPending && <Loader role="status" m="md" size="sm" aria-label={t('loading')} />}
      {facts.error && !facts.data && <ErrorState error={facts.error} retry={() => facts.refetch()} />}
      {facts.data && <Live key={facts.data.instance?.id} facts={facts.data} />}
    </div>
  );
}

function Live({ facts }: { facts: ScreenFacts }) {
  const t = useTranslations('operate');
  const outputs = useMemo(
    () =>
      [
        ...new Set(
          facts.screen.widgets.flatMap((w) =>
            w.bind.flatMap(({ to }) => (to.startsWith('form:') ? [] : [to.split('.')[0] ?? to])),
          ),
        ),
      ].sort(),
    [facts],
  );
  const tagIds = useMemo(() => facts.forms.flatMap((f) => (f.target ? [f.target.id] : [])), [facts]);
  const live = useLiveScreen(facts.instance?.id, outputs, tagIds);
  const locale = useLocale();
  const lost = live.connection === 'lost';
  return (
    <ScreenProvider value={{ facts, live, lost }}>
      <Head />
      <StatusLine />
      {lost && (
        <div className={classes.lost} role="alert">
          <IconPlugConnectedX size={20} stroke={1.8} aria-hidden />
          {t('lost')}
        </div>
      )}
      {live.state && live.state.status !== 'running' && (
        <div className={classes.lost} role="status">
          {t(`status.${live.state.status as 'failed'}`)}
          {live.state.reason ? `: ${(locale === 'zh' && live.state.reason.zh) || live.state.reason.message}` : ''}
        </div>
      )}
      <Confirmations />
      {facts.screen.widgets.length === 0 ? (
        <EmptyState title={t('emptyScreenTitle')} text={t('emptyScreenText')} />
      ) : (
        <div className={classes.grid}>
          {inReadingOrder(facts.screen.widgets).map((widget) => (
            <Tile key={widget.id} widget={widget} />
          ))}
        </div>
      )}
    </ScreenProvider>
  );
}

function Head() {
  const { facts, live } = useScreen();
  const t = useTranslations('operate');
  const format = useFormat();
  const router = useRouter();
  const now = useNow(1_000);
  const base = `/operate/${facts.installation.id}`;
  return (
    <header className={classes.head}>
      <h1>{format.text(facts.screen.title)}</h1>
      <span className={classes.dim}>
        {format.text(facts.installation.name)} {facts.installation.version}
      </span>
      {facts.instances.length > 1 && (
        <NativeSelect
          aria-label={t('instance')}
          value={facts.instance?.id ?? ''}
          data={facts.instances.map((i) => ({ value: i.id, label: `${i.key} ${format.text(i.asset)}` }))}
          onChange={(event) =>
            router.push(`${base}/${encodeURIComponent(facts.screen.id)}?instance=${event.currentTarget.value}`)
          }
        />
      )}
      <div className={classes.grow} />
      {facts.screens.length > 1 && (
        <nav className={classes.tabs} aria-label={t('screens')}>
          {facts.screens.map((s) => (
            <Link
              key={s.id}
              href={`${base}/${encodeURIComponent(s.id)}${facts.instance ? `?instance=${facts.instance.id}` : ''}`}
              aria-current={s.id === facts.screen.id ? 'page' : undefined}
            >
              {format.text(s.title)}
            </Link>
          ))}
        </nav>
      )}
      <time className={classes.clock}>{now === undefined ? '' : format.time(now + live.clockAhead)}</time>
    </header>
  );
}

/** Is what is seen the truth? Instance, worker, data, connection, in one line above all values, however long the screen is. */
function StatusLine() {
  const { facts, live } = useScreen();
  const t = useTranslations('operate');
  const format = useFormat();
  const now = useNow(1_000);
  const newest = facts.screen.widgets
    .flatMap((w) => w.bind.flatMap(({ to }) => live.rows(to)))
    .reduce((max, v) => Math.max(max, v.time), 0);
  const simulated = facts.screen.widgets.some((w) =>
    w.bind.some(({ to }) => live.rows(to).some((v) => v.origin === 'simulated')),
  );
  const age = now === undefined || newest === 0 ? undefined : Math.max(0, now + live.clockAhead - newest);
  const state = live.state;
  const running = state?.status === 'running' && state.held;
  return (
    <div className={classes.status} data-testid="screen-status">
      <span>
        <i className={classes.lamp} data-on={running || undefined} />
        <strong>{facts.instance?.key ?? '–'}</strong> {format.text(facts.instance?.asset)} ·{' '}
        {state
          ? state.status === 'running' && !state.held
            ? t('notHeld')
            : t(`status.${state.status as 'running'}`)
          : t('loading')}
      </span>
      <span>{age === undefined ? t('noData') : t('dataAge', { age: format.duration(age) })}</span>
      <span>
        <i className={classes.lamp} data-on={live.connection === 'live' || undefined} />
        {t(`connection.${live.connection}`)}
      </span>
      {simulated && <SimulatedBadge />}
    </div>
  );
}
