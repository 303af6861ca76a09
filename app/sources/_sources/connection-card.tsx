'use client';
import { Button, Switch } from '@mantine/core';
import { IconCertificate, IconListSearch, IconPencil, IconPlugConnected } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import type { ConnectorCard } from '#blocks/catalogue/connector-card.ts';
import type { ConnectionRow } from '#server/sources/list-connections.ts';
import { readFailure } from '../../_client/failure.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { CopyLine } from '../../_parts/copy-line.tsx';
import { useFormat } from '../../_parts/format.ts';
import { SimulatedBadge } from '../../_parts/simulated-badge.tsx';
import { useNow } from '../../_parts/use-now.ts';
import { useMay } from '../../_shell/me.tsx';
import classes from './sources.module.css';
import type { SourceDialog } from './sources-page.tsx';

/** A connection as a state machine: what it does, which part fails and why, how old its newest value is, how fast values come. */
export function ConnectionCard({
  row,
  card,
  clockAhead,
  onDialog,
}: {
  row: ConnectionRow;
  card: ConnectorCard | undefined;
  clockAhead: number;
  onDialog: (dialog: SourceDialog) => void;
}) {
  const t = useTranslations('sources');
  const locale = useLocale();
  const format = useFormat();
  const may = useMay();
  const now = useNow(1_000);
  const trpc = useTRPC();
  const enable = useMutation(trpc.sources.setEnabled.mutationOptions());
  const { status } = row;
  const state = !row.enabled ? 'off' : !row.held ? 'waiting' : (status?.state ?? 'connecting');
  const age = status?.lastValueAt && now !== undefined ? now + clockAhead - Date.parse(status.lastValueAt) : undefined;
  const shows = state === 'live' && status?.code === 'published';
  const devices = Object.entries(status?.devices ?? {}).filter(([, d]) => d.state !== 'live');
  // what programs write has nothing to test, browse or set
  const write = may('source.write') && row.connector !== 'push';
  return (
    <li className={classes.card} data-state={state}>
      <div className={classes.cardHead}>
        <i className={classes.lamp} data-state={state} aria-hidden />
        <h2>{row.name}</h2>
        <span className={classes.dim}>
          {card ? format.text(card.title) : row.connector === 'push' ? t('pushed') : row.connector}
        </span>
        {row.simulated && <SimulatedBadge />}
        <span className={classes.grow} />
        {write && (
          <Switch
            aria-label={t('enabledOf', { name: row.name })}
            checked={row.enabled}
            disabled={enable.isPending}
            onChange={(event) => enable.mutate({ id: row.id, enabled: event.currentTarget.checked })}
          />
        )}
      </div>
      <dl className={classes.facts}>
        <div>
          <dt>{t('state')}</dt>
          <dd>
            <strong>{t(`states.${shows ? 'published' : state}`)}</strong>
            {status && row.enabled && row.held && now !== undefined && (
              <span className={classes.dim}>
                {' '}
                {t('for', { time: format.duration(now + clockAhead - Date.parse(status.since)) })}
              </span>
            )}
          </dd>
        </div>
        <div>
          <dt>{t('lastGood')}</dt>
          <dd>{age === undefined ? t('never') : t('ago', { time: format.duration(age) })}</dd>
        </div>
        <div>
          <dt>{t('rate')}</dt>
          <dd>{t('perSecond', { rate: format.number(status?.samplesPerSecond ?? 0, { digits: 3 }) })}</dd>
        </div>
        <div>
          <dt>{t('tags')}</dt>
          <dd>{format.integer(row.tags)}</dd>
        </div>
        {status?.clockAheadMs !== undefined && row.enabled && row.held && (
          <div>
            <dt>{t('clock')}</dt>
            <dd>
              {t(status.clockAheadMs >= 0 ? 'clockAhead' : 'clockBehind', { ms: format.integer(Math.abs(status.clockAheadMs)) })}
            </dd>
          </div>
        )}
      </dl>
      {card?.listens && now !== undefined && (
        <div className={classes.sendTo}>
          <span className={classes.dim}>{t('sendTo')}</span>
          <CopyLine text={`${window.location.origin}/in/${row.id}`} />
        </div>
      )}
      {row.enabled && row.held && status?.reason && (state !== 'live' || shows) && (
        <p className={classes.reason}>
          {status.part && <strong>{t(`parts.${status.part}`)}: </strong>}
          {format.text({ en: status.reason, zh: status.zh ?? status.reason })}
        </p>
      )}
      {devices.map(([name, device]) => (
        <p key={name} className={classes.reason}>
          <strong>{t('device', { name })}: </strong>
          {device.reason ? format.text(device.reason) : device.state}
        </p>
      ))}
      {row.pendingCertificates > 0 && (
        <p className={classes.reason}>
          <strong>{t('parts.certificate')}: </strong>
          {t('certificateWaits')}
        </p>
      )}
      {enable.error && (
        <p role="alert" className={classes.reason}>
          {readFailure(enable.error, locale).message}
        </p>
      )}
      <div className={classes.buttons}>
        {write && (
          <>
            <Button
              variant="default"
              leftSection={<IconPlugConnected size={14} />}
              disabled={!row.enabled}
              onClick={() => onDialog({ kind: 'test', row })}
            >
              {t('test')}
            </Button>
            {card?.browsable && (
              <Button
                variant="default"
                leftSection={<IconListSearch size={14} />}
                disabled={!row.enabled}
                onClick={() => onDialog({ kind: 'browse', row })}
              >
                {t('browse')}
              </Button>
            )}
          </>
        )}
        {(row.pendingCertificates > 0 || row.connector === 'opcua' || row.connector === 'opcua-server') && (
          <Button
            variant={row.pendingCertificates > 0 ? 'filled' : 'default'}
            leftSection={<IconCertificate size={14} />}
            onClick={() => onDialog({ kind: 'certificates', row })}
          >
            {t('certificates')}
          </Button>
        )}
        {write && (
          <Button variant="default" leftSection={<IconPencil size={14} />} onClick={() => onDialog({ kind: 'edit', row })}>
            {t('settings')}
          </Button>
        )}
      </div>
    </li>
  );
}
