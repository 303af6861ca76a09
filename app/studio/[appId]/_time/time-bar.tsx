'use client';
import { ActionIcon, Button, Menu, Slider, Tooltip } from '@mantine/core';
import {
  IconClockPlay,
  IconFileImport,
  IconFlask,
  IconHistory,
  IconPlayerSkipForward,
  IconPlugConnected,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'next/navigation';
import { useLocale, useTranslations } from 'next-intl';
import { useEffect, useRef, useState } from 'react';
import { useTRPC, useTRPCClient } from '../../../_client/trpc.ts';
import { useMay } from '../../../_shell/me.tsx';
import type { Binding } from '../_dialogs/binding-form.tsx';
import { formatMoment } from '../_session/format.ts';
import { useSay, useSession, useStudio } from '../_session/use-session.tsx';
import { FileDialog } from './file-dialog.tsx';
import { StateText } from './state-text.tsx';
import classes from './time.module.css';
import { useDroppedFile } from './use-dropped-file.ts';
import { usePinned, usePinnedState } from './use-pinned.ts';
import { WindowDialog } from './window-dialog.tsx';

const HOUR = 3_600_000;
/** Stretches of the running version's past on offer, hours. */
const PASTS = [1, 3, 8] as const;

/** What the values on the canvas are of, and of which moment: live, pinned data, or what the running version did. */
export function TimeBar({
  appId,
  binding,
  instanceId,
  onBinding,
}: {
  appId: string;
  binding: Binding | undefined;
  /** The running instance, when there is one. */
  instanceId: string | undefined;
  onBinding: (binding: Binding) => void;
}) {
  const t = useTranslations('studio-data');
  const say = useSay();
  const locale = useLocale();
  const trpc = useTRPC();
  const may = useMay();
  const pinned = usePinned();
  const state = usePinnedState();
  const [dialog, setDialog] = useState<'window' | 'file'>();
  const [file, setFile] = useState<File>();
  const roles = useStudio((one) => one.history.now.roles);
  const samples = useQuery(trpc.pins.samples.queryOptions(undefined, { staleTime: Number.POSITIVE_INFINITY }));
  const fitting = (samples.data ?? []).filter((sample) => sample.roles.some((role) => roles.some(({ name }) => name === role)));
  const over = useDroppedFile((dropped) => {
    setFile(dropped);
    setDialog('file');
  });
  useFailureOf(appId);
  const { report, at } = state;
  const moments = report?.moments.at ?? [];
  const shown = at ?? moments.length - 1;
  const moment = moments[shown];
  if (!may('run.start')) return null;
  return (
    <section className={classes.bar} aria-label={t('bar')} data-testid="time-bar">
      <Menu position="top-start" withinPortal>
        <Menu.Target>
          <Button
            className={classes.source ?? ''}
            variant="default"
            size="compact-sm"
            leftSection={state.pinned ? <IconHistory size={14} /> : <IconPlugConnected size={14} />}
            data-testid="time-source"
            title={state.pinned?.label ?? t('live')}
          >
            {state.pinned?.label ?? t('live')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPlugConnected size={15} />} onClick={() => pinned?.unpin()} data-testid="pin-live">
            {t('live')}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Label>{t('pin')}</Menu.Label>
          <Menu.Item leftSection={<IconHistory size={15} />} onClick={() => setDialog('window')} data-testid="pin-window">
            {t('history')}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconFileImport size={15} />}
            onClick={() => {
              setFile(undefined);
              setDialog('file');
            }}
            data-testid="pin-file"
          >
            {t('file')}
          </Menu.Item>
          {fitting.map((sample) => (
            <Menu.Item
              key={`${sample.slug}/${sample.run}`}
              leftSection={<IconFlask size={15} />}
              onClick={() =>
                pinned?.pin({ label: say(sample.title), source: { kind: 'sample', slug: sample.slug, run: sample.run } })
              }
              data-testid={`pin-sample-${sample.run}`}
            >
              {t('sample', { title: say(sample.title) })}
            </Menu.Item>
          ))}
          {instanceId && (
            <>
              <Menu.Divider />
              <Menu.Label>{t('past')}</Menu.Label>
              {PASTS.map((hours) => (
                <Menu.Item
                  key={hours}
                  leftSection={<IconClockPlay size={15} />}
                  onClick={() => {
                    const to = Date.now();
                    pinned?.pin({
                      label: t('pastOf', { hours }),
                      source: { kind: 'past', instanceId, window: { from: to - hours * HOUR, to } },
                    });
                  }}
                  data-testid={`pin-past-${hours}`}
                >
                  {t('lastHours', { hours })}
                </Menu.Item>
              ))}
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <Slider
        size="sm"
        px={12}
        min={0}
        max={Math.max(1, moments.length - 1)}
        value={Math.max(0, shown)}
        disabled={moments.length === 0}
        label={null}
        thumbLabel={t('moment')}
        onChange={(next) => pinned?.seek(next)}
        data-testid="time-slider"
      />
      <span className={classes.time} data-testid="time-moment">
        {moment === undefined ? '' : formatMoment(moment, locale)}
        {at !== undefined && (
          <Tooltip label={t('end')}>
            <ActionIcon
              size={24}
              variant="subtle"
              ml={4}
              aria-label={t('end')}
              onClick={() => pinned?.seek(moments.length)}
              data-testid="time-end"
            >
              <IconPlayerSkipForward size={14} />
            </ActionIcon>
          </Tooltip>
        )}
      </span>
      <StateText />
      {over && <div className={classes.drop}>{t('dropHere')}</div>}
      {dialog === 'window' && (
        <WindowDialog
          binding={binding}
          onClose={() => setDialog(undefined)}
          onPin={(chosen, window, label) => {
            setDialog(undefined);
            onBinding(chosen);
            pinned?.pin({ label, source: { kind: 'history', ...chosen, window } });
          }}
        />
      )}
      {dialog === 'file' && (
        <FileDialog
          appId={appId}
          file={file}
          onClose={() => setDialog(undefined)}
          onPin={(source, label) => {
            setDialog(undefined);
            pinned?.pin({ label, source });
          }}
        />
      )}
    </section>
  );
}

/** `?failure=<id>`: the input of a step that failed is pinned, and its node shown. */
function useFailureOf(appId: string): void {
  const t = useTranslations('studio-data');
  const locale = useLocale();
  const client = useTRPCClient();
  const session = useSession();
  const pinned = usePinned();
  const id = useSearchParams().get('failure');
  const done = useRef<string>(undefined);
  useEffect(() => {
    if (!id || !pinned || done.current === id) return;
    done.current = id;
    client.pins.failure.query({ id }).then(
      ({ assetId, roles, window, node, at, appId: of }) => {
        if (of !== appId || assetId === null) return;
        pinned.pin({
          label: t('failureAt', { time: formatMoment(at, locale) }),
          source: { kind: 'history', assetId, roles, window },
        });
        if (node) session.goTo(node);
      },
      // The record was settled or is gone: the studio opens as it is.
      () => {},
    );
  }, [id, pinned, client, session, appId, locale, t]);
}
