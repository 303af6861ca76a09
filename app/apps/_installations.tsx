'use client';
import { ActionIcon, Button, Group, Menu, Table } from '@mantine/core';
import { IconCircleFilled, IconDots, IconPlayerPause, IconProgress } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { inferRouterOutputs } from '@trpc/server';
import Link from 'next/link';
import { useLocale, useTranslations } from 'next-intl';
import { Fragment, useState } from 'react';
import type { AppRouter } from '#server/root.ts';
import { useTRPC } from '../_client/trpc.ts';
import { ConfirmByTyping } from '../_parts/confirm-by-typing.tsx';
import { ErrorState } from '../_parts/error-state.tsx';
import { useFormat } from '../_parts/format.ts';
import { Panel } from '../_parts/panel.tsx';
import { useNow } from '../_parts/use-now.ts';
import { useMe } from '../_shell/me.tsx';
import { NodeTable } from './_node-table.tsx';
import { ShadowDialog } from './_shadow-dialog.tsx';

type Installation = inferRouterOutputs<AppRouter>['apps']['installations'][number];
type Instance = Installation['instances'][number];

/** How often the states are read anew; a person sees a change within a breath. */
const REFRESH_MS = 2_000;

export function Installations() {
  const t = useTranslations('apps');
  const locale = useLocale();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const me = useMe();
  const list = useQuery(trpc.apps.installations.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  const refresh = { onSuccess: () => void queries.invalidateQueries(trpc.apps.installations.pathFilter()) };
  const start = useMutation(trpc.apps.start.mutationOptions(refresh));
  const stop = useMutation(trpc.apps.stop.mutationOptions(refresh));
  const uninstall = useMutation(
    trpc.apps.uninstall.mutationOptions({
      onSuccess: () => {
        setDoomed(undefined);
        void queries.invalidateQueries(trpc.apps.pathFilter());
      },
    }),
  );
  const [doomed, setDoomed] = useState<Installation>();
  const [shown, setShown] = useState<{ instanceId: string; title: string }>();
  const [shadowed, setShadowed] = useState<{ appId: string; instanceId: string }>();
  const say = (text: { en: string; zh: string }) => (locale.startsWith('zh') ? text.zh : text.en);
  if (list.isError) return <ErrorState error={list.error} retry={() => void list.refetch()} />;
  if (!list.data || list.data.length === 0) return null;
  const mayControl = me?.may.includes('app.control') ?? false;
  const mayLook = me?.may.includes('operate.read') ?? false;
  const mayRun = me?.may.includes('run.start') ?? false;
  const mayDeploy = me?.may.includes('app.deploy') ?? false;
  const failure = start.error ?? stop.error ?? uninstall.error;
  return (
    <Panel title={t('installed')} flush>
      {failure && <ErrorState error={failure} />}
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('name')}</Table.Th>
            <Table.Th>{t('asset')}</Table.Th>
            <Table.Th>{t('state')}</Table.Th>
            <Table.Th>{t('version')}</Table.Th>
            <Table.Th>{t('progress')}</Table.Th>
            <Table.Th>
              <span className="mw-visually-hidden">{t('actions')}</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {list.data.map((app) => (
            <Fragment key={app.id}>
              {app.instances.map((instance, at) => (
                <Table.Tr key={instance.id} data-testid={`instance-${instance.key}`}>
                  <Table.Td>{at === 0 && <b>{say(app.name)}</b>}</Table.Td>
                  <Table.Td>
                    {instance.key}
                    {instance.assetName && ` · ${say(instance.assetName)}`}
                  </Table.Td>
                  <Table.Td>
                    <State instance={instance} />
                  </Table.Td>
                  <Table.Td>
                    {instance.version}
                    {/* Compared with the listing's by who wants to know that the graph is the published one. */}
                    <div
                      className="mw-mono"
                      style={{ fontSize: 12, color: 'var(--mw-dim)' }}
                      title={instance.graphHash}
                      data-testid="graph-hash"
                    >
                      {instance.graphHash.slice(0, 12)}
                    </div>
                  </Table.Td>
                  <Table.Td>
                    <Progress instance={instance} />
                  </Table.Td>
                  <Table.Td>
                    <Group gap={6} justify="flex-end" wrap="nowrap">
                      {app.screens[0] && (
                        <Button component={Link} href={`/operate/${app.id}/${app.screens[0].id}`} variant="default">
                          {t('screen')}
                        </Button>
                      )}
                      {app.appId && (
                        <Button component={Link} href={`/studio/${app.appId}`} variant="default">
                          {t('studio')}
                        </Button>
                      )}
                      {mayControl &&
                        (instance.wanted === 'run' && instance.status !== 'quarantined' && instance.status !== 'failed' ? (
                          <Button
                            variant="default"
                            onClick={() => stop.mutate({ instanceId: instance.id })}
                            data-testid={`stop-${instance.key}`}
                          >
                            {t('stop')}
                          </Button>
                        ) : (
                          <Button
                            variant="default"
                            onClick={() => start.mutate({ instanceId: instance.id })}
                            data-testid={`start-${instance.key}`}
                          >
                            {t('start')}
                          </Button>
                        ))}
                      <Menu position="bottom-end">
                        <Menu.Target>
                          <ActionIcon aria-label={t('more', { name: say(app.name) })} data-testid={`more-${instance.key}`}>
                            <IconDots size={17} />
                          </ActionIcon>
                        </Menu.Target>
                        <Menu.Dropdown>
                          {mayLook && (
                            <Menu.Item
                              onClick={() =>
                                setShown({
                                  instanceId: instance.id,
                                  title: t('nodes.title', { name: say(app.name), key: instance.key }),
                                })
                              }
                            >
                              {t('nodes.open')}
                            </Menu.Item>
                          )}
                          {mayRun && app.appId && instance.status === 'running' && (
                            <Menu.Item onClick={() => setShadowed({ appId: app.appId ?? '', instanceId: instance.id })}>
                              {t('shadow.open')}
                            </Menu.Item>
                          )}
                          {mayDeploy && at === 0 && (
                            <Menu.Item onClick={() => setDoomed(app)} data-testid={`uninstall-${instance.key}`}>
                              {t('uninstall')}
                            </Menu.Item>
                          )}
                        </Menu.Dropdown>
                      </Menu>
                    </Group>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Fragment>
          ))}
        </Table.Tbody>
      </Table>
      {shown && <NodeTable {...shown} onClose={() => setShown(undefined)} />}
      {shadowed && <ShadowDialog {...shadowed} onClose={() => setShadowed(undefined)} />}
      {doomed && (
        <ConfirmByTyping
          opened
          title={t('uninstallTitle')}
          loses={t('uninstallLoses', { name: say(doomed.name), count: doomed.instances.length })}
          word={say(doomed.name)}
          action={t('uninstall')}
          busy={uninstall.isPending}
          onConfirm={() => uninstall.mutate({ installationId: doomed.id })}
          onClose={() => setDoomed(undefined)}
        />
      )}
    </Panel>
  );
}

/** More entries than a worker takes in a few seconds at the pace of a plant: it does not keep up. */
const BEHIND = 200;

/** Does it keep up? The age of its newest result, and what waits when that is much. */
function Progress({ instance }: { instance: Instance }) {
  const t = useTranslations('apps');
  const format = useFormat();
  const now = useNow(1_000);
  if (instance.status === 'stopped') return '–';
  const age = now === undefined || instance.resultAt === null ? undefined : Math.max(0, now - instance.resultAt);
  return (
    <div data-testid={`progress-${instance.key}`}>
      {age === undefined ? t('noResult') : t('resultAge', { age: format.duration(age) })}
      {instance.behind > BEHIND && (
        <div style={{ display: 'flex', alignItems: 'center', gap: 6, fontWeight: 600 }}>
          <svg width="11" height="10" aria-hidden>
            <path d="M5.5 0 11 10H0z" fill="var(--mw-p2)" />
          </svg>
          {t('behind', { count: instance.behind })}
        </div>
      )}
    </div>
  );
}

/** Running is filled and neutral; colour only when something is wrong, with its reason. */
function State({ instance }: { instance: Instance }) {
  const t = useTranslations('apps');
  const locale = useLocale();
  const bad = instance.status === 'failed' || instance.status === 'quarantined';
  const icon = bad ? (
    <svg width="10" height="10" aria-hidden>
      <rect width="10" height="10" rx="1" fill="var(--mw-p1)" />
    </svg>
  ) : instance.status === 'running' && instance.held ? (
    <IconCircleFilled size={10} color="var(--mw-running)" aria-hidden />
  ) : instance.status === 'stopped' ? (
    <IconPlayerPause size={13} aria-hidden />
  ) : (
    <IconProgress size={13} aria-hidden />
  );
  return (
    <div>
      <Group gap={6} wrap="nowrap" data-testid={`status-${instance.key}`}>
        {icon}
        <span>{t(instance.status === 'running' && !instance.held ? 'notHeld' : `status.${instance.status}`)}</span>
      </Group>
      {instance.reason && (
        <div style={{ fontSize: 12, color: 'var(--mw-dim)', maxWidth: 420 }}>
          {instance.reason.node ? `${instance.reason.node}: ` : ''}
          {(locale === 'zh' && instance.reason.zh) || instance.reason.message}
        </div>
      )}
      {Object.keys(instance.late).length > 0 && (
        <div style={{ fontSize: 12, color: 'var(--mw-dim)', maxWidth: 420 }}>
          {Object.entries(instance.late)
            .map(([node, count]) => t('late', { node, count }))
            .join(' · ')}
        </div>
      )}
    </div>
  );
}
