'use client';
import { Button, Group, Loader, Tabs, TextInput } from '@mantine/core';
import { IconBellCheck } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import type { AlarmRow } from '#server/alarms/list-alarms.ts';
import { readFailure } from '../../_client/failure.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { EmptyState } from '../../_parts/empty-state.tsx';
import { ErrorState } from '../../_parts/error-state.tsx';
import { useFormat } from '../../_parts/format.ts';
import { PageHeader } from '../../_parts/page-header.tsx';
import { Panel } from '../../_parts/panel.tsx';
import { PriorityMark } from '../../_parts/priority-mark.tsx';
import { unitLabel } from '../../_parts/unit.ts';
import { useMay } from '../../_shell/me.tsx';
import { AlarmTable, needsAcknowledgement } from './alarm-table.tsx';
import classes from './alarms.module.css';
import { ShelveDialog } from './shelve-dialog.tsx';
import { useAlarms } from './use-alarms.ts';

export function AlarmsPage() {
  const t = useTranslations('alarms');
  return (
    <>
      <PageHeader title={t('title')} hint={t('hint')} />
      <div className={classes.page}>
        <Figures />
        <Tabs defaultValue="active" keepMounted={false}>
          <Tabs.List>
            <Tabs.Tab value="active">{t('active')}</Tabs.Tab>
            <Tabs.Tab value="journal">{t('journal')}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="active" pt="sm">
            <Active />
          </Tabs.Panel>
          <Tabs.Panel value="journal" pt="sm">
            <Journal />
          </Tabs.Panel>
        </Tabs>
      </div>
    </>
  );
}

function Figures() {
  const t = useTranslations('alarms');
  const trpc = useTRPC();
  const rate = useQuery({ ...trpc.alarms.rate.queryOptions(), refetchInterval: 30_000 });
  if (!rate.data) return null;
  return (
    <div className={classes.figures}>
      <span>
        <strong>{rate.data.lastTenMinutes}</strong>
        {t('lastTenMinutes')}
      </span>
      <span>
        <strong>{rate.data.lastDay}</strong>
        {t('lastDay')}
      </span>
      <span>
        <strong>{rate.data.floods}</strong>
        {t('floods', { count: rate.data.floods })}
      </span>
    </div>
  );
}

function Active() {
  const t = useTranslations('alarms');
  const locale = useLocale();
  const may = useMay();
  const trpc = useTRPC();
  const news = useAlarms();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [comment, setComment] = useState('');
  const [shelving, setShelving] = useState<AlarmRow>();
  const acknowledge = useMutation(
    trpc.alarms.acknowledge.mutationOptions({
      onSuccess: () => {
        setChosen(new Set());
        setComment('');
      },
    }),
  );
  if (!news) return <Loader role="status" size="sm" aria-label={t('loading')} />;
  const open = news.alarms.filter((a) => needsAcknowledgement(a.state));
  const ids = [...chosen].filter((id) => open.some((a) => a.id === id));
  if (news.alarms.length === 0)
    return <EmptyState icon={<IconBellCheck size={36} stroke={1.4} />} title={t('emptyTitle')} text={t('emptyText')} />;
  return (
    <Panel
      title={t('unacknowledged', { count: open.length })}
      flush
      actions={
        may('alarm.acknowledge') && (
          <Group gap="xs">
            <TextInput
              aria-label={t('comment')}
              placeholder={t('comment')}
              value={comment}
              onChange={(event) => setComment(event.currentTarget.value)}
            />
            <Button
              disabled={ids.length === 0}
              loading={acknowledge.isPending}
              onClick={() => acknowledge.mutate({ ids, ...(comment ? { comment } : {}) })}
            >
              {t('acknowledgeChosen', { count: ids.length })}
            </Button>
          </Group>
        )
      }
    >
      {acknowledge.error && (
        <p role="alert" className={classes.problem}>
          {readFailure(acknowledge.error, locale).message}
        </p>
      )}
      <div className={classes.scroll}>
        <AlarmTable
          alarms={news.alarms}
          selected={chosen}
          onSelect={(id, on) =>
            setChosen((before) => {
              const after = new Set(before);
              if (on) after.add(id);
              else after.delete(id);
              return after;
            })
          }
          onShelve={setShelving}
        />
      </div>
      {shelving && <ShelveDialog alarm={shelving} onClose={() => setShelving(undefined)} />}
    </Panel>
  );
}

function Journal() {
  const t = useTranslations('alarms');
  const format = useFormat();
  const trpc = useTRPC();
  const journal = useQuery({ ...trpc.alarms.journal.queryOptions({ limit: 200 }), refetchInterval: 10_000 });
  if (journal.isPending) return <Loader role="status" size="sm" aria-label={t('loading')} />;
  if (journal.error) return <ErrorState error={journal.error} retry={() => journal.refetch()} />;
  if (journal.data.length === 0) return <EmptyState title={t('journalEmptyTitle')} text={t('journalEmptyText')} />;
  return (
    <Panel flush>
      <div className={classes.scroll}>
        <table className={classes.table}>
          <thead>
            <tr>
              {(['when', 'priority', 'about', 'message', 'change', 'by', 'comment', 'value'] as const).map((name) => (
                <th key={name} scope="col">
                  {t(name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {journal.data.map((row) => (
              <tr key={row.id}>
                <td className={classes.nowrap}>{format.time(row.at)}</td>
                <td>
                  <PriorityMark priority={row.priority} />
                </td>
                <td className="mw-mono">{row.key}</td>
                <td>{format.text(row.message)}</td>
                <td>
                  {t(`states.${row.from}`)} → {t(`states.${row.to}`)}
                </td>
                <td>{row.by ?? t(`causes.${row.cause}`)}</td>
                <td>{row.comment}</td>
                <td className={classes.nowrap}>
                  {row.value === null ? '' : `${format.number(row.value)} ${unitLabel(row.unit)}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
