'use client';
import { Button, NativeSelect } from '@mantine/core';
import { IconLock, IconLockOpen } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import type { ScreenState } from '#server/operate/live-screen.ts';
import type { ScreenFacts } from '#server/operate/read-screen.ts';
import { readFailure } from '../../../../_client/failure.ts';
import { useTRPC } from '../../../../_client/trpc.ts';
import { useFormat } from '../../../../_parts/format.ts';
import { useNow } from '../../../../_parts/use-now.ts';
import { useMay, useMe } from '../../../../_shell/me.tsx';
import classes from './lease.module.css';
import { useScreen } from './screen-context.tsx';

type Lease = ScreenState['leases'][number];
const MINUTES = [15, 30, 60, 120, 480];

/** Who controls the app's machines alone, until when; taken and given back by those who may operate. */
export function LeaseWidget() {
  const { facts, live } = useScreen();
  const t = useTranslations('operate-control');
  if (facts.machines.length === 0) return <p className={classes.nothing}>{t('noMachine')}</p>;
  return (
    <div className={classes.machines}>
      {facts.machines.map((machine) => (
        <Machine key={machine.id} machine={machine} leases={live.state?.leases.filter((lease) => lease.assetId === machine.id)} />
      ))}
    </div>
  );
}

function Machine({ machine, leases }: { machine: ScreenFacts['machines'][number]; leases: readonly Lease[] | undefined }) {
  const { live, lost: away, preview } = useScreen();
  const lost = away || preview === true;
  const t = useTranslations('operate-control');
  const format = useFormat();
  const locale = useLocale();
  const trpc = useTRPC();
  const me = useMe();
  const allowed = useMay()('operate.write');
  const [minutes, setMinutes] = useState(30);
  const take = useMutation(trpc.operate.takeControl.mutationOptions());
  const release = useMutation(trpc.operate.releaseControl.mutationOptions());
  const own = leases?.find((lease) => lease.userId !== null && lease.userId === me?.user.id);
  const otherPerson = leases?.some((lease) => lease.userId !== null && lease !== own);
  const busy = take.isPending || release.isPending;
  const error = take.error ?? release.error;
  return (
    <section className={classes.machine} aria-label={machine.code}>
      <div aria-live="polite">
        <strong className={classes.name}>
          {machine.code} <span>{format.text(machine.name)}</span>
        </strong>
        {leases?.length === 0 && (
          <p className={classes.state} data-state="free">
            <IconLockOpen size={18} stroke={1.7} aria-hidden />
            {t('free')}
          </p>
        )}
        {leases?.map((lease) => (
          <Holder key={lease.id} lease={lease} own={lease === own} clockAhead={live.clockAhead} />
        ))}
      </div>
      {allowed ? (
        <div className={classes.acts}>
          {!otherPerson && (
            <NativeSelect
              label={t('howLong')}
              size="md"
              value={minutes}
              onChange={(event) => setMinutes(Number(event.currentTarget.value))}
              data={MINUTES.map((value) => ({ value: String(value), label: format.duration(value * 60_000) }))}
              disabled={lost}
            />
          )}
          {own ? (
            <>
              <Button
                size="md"
                variant="default"
                loading={take.isPending}
                disabled={lost || busy}
                onClick={() => take.mutate({ assetId: machine.id, minutes })}
              >
                {t('extend')}
              </Button>
              <Button
                size="md"
                loading={release.isPending}
                disabled={lost || busy}
                onClick={() => release.mutate({ assetId: machine.id })}
              >
                {t('giveBack')}
              </Button>
            </>
          ) : otherPerson ? (
            <p className={classes.dim}>{t('waitForPerson')}</p>
          ) : (
            <Button
              size="md"
              loading={take.isPending}
              disabled={lost || busy || leases === undefined}
              onClick={() => take.mutate({ assetId: machine.id, minutes })}
            >
              {leases?.length ? t('takeOver') : t('take')}
            </Button>
          )}
        </div>
      ) : (
        <p className={classes.dim}>{t('mayNot')}</p>
      )}
      {error && <p role="alert">{readFailure(error, locale).message}</p>}
    </section>
  );
}

function Holder({ lease, own, clockAhead }: { lease: Lease; own: boolean; clockAhead: number }) {
  const t = useTranslations('operate-control');
  const format = useFormat();
  const now = useNow(1_000);
  const left = now === undefined ? undefined : Math.max(0, lease.until.getTime() - now - clockAhead);
  const what = lease.tag === null ? t('wholeMachine') : lease.tag;
  return (
    <p className={classes.state} data-state={own ? 'own' : 'held'}>
      <IconLock size={18} stroke={1.7} aria-hidden />
      <span>
        {own
          ? t('you', { what })
          : lease.userId === null
            ? t('app', { holder: lease.holder, what })
            : t('person', { holder: lease.holder, what })}
        <small>
          {t('until', { time: format.time(lease.until) })}
          {left !== undefined && ` · ${t('left', { time: format.duration(left) })}`}
        </small>
      </span>
    </p>
  );
}
