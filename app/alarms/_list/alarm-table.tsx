'use client';
import { Button, Checkbox } from '@mantine/core';
import { IconCheck, IconClockPause } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import type { AlarmRow } from '#server/alarms/list-alarms.ts';
import { readFailure } from '../../_client/failure.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { useFormat } from '../../_parts/format.ts';
import { PriorityMark } from '../../_parts/priority-mark.tsx';
import { SimulatedBadge } from '../../_parts/simulated-badge.tsx';
import { unitLabel } from '../../_parts/unit.ts';
import { useNow } from '../../_parts/use-now.ts';
import { useMay } from '../../_shell/me.tsx';
import classes from './alarms.module.css';

export const needsAcknowledgement = (state: string) => state === 'unack-active' || state === 'unack-cleared';

/** `6.94 bar > 6.80`: what was measured and what it passed. */
export function useAlarmValue(): (alarm: Pick<AlarmRow, 'value' | 'unit' | 'limit'>) => string {
  const format = useFormat();
  return ({ value, unit, limit }) => {
    if (value === null) return '';
    const text = `${format.number(value)} ${unitLabel(unit)}`.trim();
    return limit === null ? text : `${text} ${value >= limit ? '>' : '<'} ${format.exact(limit)}`;
  };
}

/** Alarms by urgency: shape and letter before colour, bold while nobody has acknowledged, with the button where the eye already is. */
export function AlarmTable({
  alarms,
  compact,
  selected,
  onSelect,
  onShelve,
}: {
  alarms: readonly AlarmRow[];
  /** On operator screens: fewer columns. */
  compact?: boolean;
  selected?: ReadonlySet<string>;
  onSelect?: (id: string, on: boolean) => void;
  onShelve?: (alarm: AlarmRow) => void;
}) {
  const t = useTranslations('alarms');
  const locale = useLocale();
  const format = useFormat();
  const value = useAlarmValue();
  const may = useMay();
  const now = useNow(1_000);
  const trpc = useTRPC();
  const acknowledge = useMutation(trpc.alarms.acknowledge.mutationOptions());
  return (
    <>
      {acknowledge.error && (
        <p role="alert" className={classes.problem}>
          {readFailure(acknowledge.error, locale).message}
        </p>
      )}
      <table className={classes.table} data-compact={compact || undefined}>
        <thead>
          <tr>
            {onSelect && (
              <th scope="col">
                <span className="mw-visually-hidden">{t('select')}</span>
              </th>
            )}
            <th scope="col">{t('priority')}</th>
            <th scope="col">{t('since')}</th>
            {!compact && <th scope="col">{t('about')}</th>}
            <th scope="col">{t('message')}</th>
            {!compact && <th scope="col">{t('value')}</th>}
            {!compact && <th scope="col">{t('app')}</th>}
            <th scope="col">{t('state')}</th>
          </tr>
        </thead>
        <tbody>
          {alarms.map((alarm) => {
            const open = needsAcknowledgement(alarm.state);
            return (
              <tr key={alarm.id} data-open={open || undefined}>
                {onSelect && (
                  <td>
                    <Checkbox
                      aria-label={t('selectOne', { message: format.text(alarm.message) })}
                      checked={selected?.has(alarm.id) ?? false}
                      disabled={!open}
                      onChange={(event) => onSelect(alarm.id, event.currentTarget.checked)}
                    />
                  </td>
                )}
                <td>
                  <PriorityMark priority={alarm.priority} hollow={!alarm.active} />
                </td>
                <td className={classes.nowrap}>
                  {format.time(alarm.since)}
                  {!compact && now !== undefined && (
                    <span className={classes.dim}> {format.duration(now - alarm.since.getTime())}</span>
                  )}
                </td>
                {!compact && <td className="mw-mono">{alarm.key}</td>}
                <td>
                  {format.text(alarm.message)} {alarm.simulated && <SimulatedBadge />}
                  {/* In a narrow place the button must stay in sight: what it is about stands below. */}
                  {compact && (
                    <div className={classes.dim}>
                      {alarm.key} · {value(alarm)}
                    </div>
                  )}
                </td>
                {!compact && <td className={classes.nowrap}>{value(alarm)}</td>}
                {!compact && <td>{format.text(alarm.app)}</td>}
                <td>
                  <div className={classes.state}>
                    {open && may('alarm.acknowledge') ? (
                      <Button
                        variant="default"
                        className={classes.ack}
                        disabled={acknowledge.isPending}
                        onClick={() => acknowledge.mutate({ ids: [alarm.id] })}
                      >
                        {t('acknowledge')}
                      </Button>
                    ) : (
                      <span className={classes.nowrap}>
                        {alarm.state === 'ack-active' && <IconCheck size={14} aria-hidden />} {t(`states.${alarm.state}`)}
                      </span>
                    )}
                    {alarm.state === 'unack-cleared' && <span className={classes.dim}>{t('cleared')}</span>}
                    {alarm.shelvedUntil && (
                      <span className={classes.dim}>{t('until', { time: format.time(alarm.shelvedUntil) })}</span>
                    )}
                    {!compact && alarm.ackedBy && alarm.state === 'ack-active' && (
                      <span className={classes.dim}>{alarm.ackedBy}</span>
                    )}
                    {onShelve && may('alarm.shelve') && alarm.state !== 'shelved' && (
                      <Button
                        variant="subtle"
                        color="gray"
                        leftSection={<IconClockPause size={14} />}
                        onClick={() => onShelve(alarm)}
                      >
                        {t('shelve')}
                      </Button>
                    )}
                    {onShelve && may('alarm.shelve') && alarm.state === 'shelved' && <Unshelve id={alarm.id} />}
                  </div>
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
  );
}

function Unshelve({ id }: { id: string }) {
  const t = useTranslations('alarms');
  const trpc = useTRPC();
  const unshelve = useMutation(trpc.alarms.unshelve.mutationOptions());
  return (
    <Button variant="subtle" color="gray" loading={unshelve.isPending} onClick={() => unshelve.mutate({ id })}>
      {t('unshelve')}
    </Button>
  );
}
