'use client';
import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { useTRPC, useTRPCClient } from '../../../_client/trpc.ts';
import { useMay } from '../../../_shell/me.tsx';
import { formatMoment } from '../_session/format.ts';
import { useSay, useSession } from '../_session/use-session.tsx';
import { usePinned } from '../_time/use-pinned.ts';
import classes from './dock.module.css';

const REFRESH_MS = 10_000;

/** Records that the running app could not pass: each opens with what led to it pinned, so that the fix is tried on the real data. */
export function Failures({ appId }: { appId: string }) {
  const t = useTranslations('studio-data');
  const say = useSay();
  const locale = useLocale();
  const trpc = useTRPC();
  const client = useTRPCClient();
  const session = useSession();
  const pinned = usePinned();
  const may = useMay();
  const { data } = useQuery(
    trpc.pins.failures.queryOptions({ appId }, { enabled: may('operate.read'), refetchInterval: REFRESH_MS }),
  );
  if (!data || data.length === 0) return null;
  const open = async (id: string) => {
    const { assetId, roles, window, node, at } = await client.pins.failure.query({ id });
    if (assetId === null) return;
    pinned?.pin({
      label: t('failureAt', { time: formatMoment(at, locale) }),
      source: { kind: 'history', assetId, roles, window },
    });
    if (node) session.goTo(node);
  };
  return (
    <section aria-label={t('failures.title')} data-testid="failures-list">
      {data.map((one) => (
        <div key={one.id} className={classes.problemRow}>
          <button type="button" className={classes.problem} onClick={() => one.node && session.goTo(one.node)}>
            <IconAlertTriangle size={13} color="var(--mw-p2)" role="img" aria-label={t('failures.title')} />
            <span className="mw-mono">{one.node ?? ''}</span>
            <span>
              {say(one.reason)} <small>{`${formatMoment(one.at, locale)} ${one.detail ?? ''}`}</small>
            </span>
          </button>
          <Button size="compact-sm" variant="default" onClick={() => void open(one.id)}>
            {t('failures.pin')}
          </Button>
        </div>
      ))}
    </section>
  );
}
