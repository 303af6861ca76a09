'use client';
import { Alert, Anchor, Button, Checkbox, Group, Loader, Modal, Stack } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import { readFailure } from '../../../_client/failure.ts';
import { useTRPC } from '../../../_client/trpc.ts';
import { useCapability } from '../../../_parts/capability.ts';
import { useSay, useStudio } from '../_session/use-session.tsx';
import { type Binding, BindingForm, isBound } from './binding-form.tsx';
import { PlannedOnPlant } from './planned-on-plant.tsx';

/** Says what will change on the plant before it changes: what the app may do, what it writes, which alarms come and go. */
export function DeployDialog(props: { appId: string; binding: Binding | undefined; onDone: () => void; onClose: () => void }) {
  const t = useTranslations('studio');
  const versions = useTranslations('studio-versions');
  const capabilityText = useCapability();
  const say = useSay();
  const locale = useLocale();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const roles = useStudio((state) => state.history.now.roles);
  const difference = useStudio((state) => (state.run?.kind === 'backtest' ? state.run : undefined));
  const [binding, setBinding] = useState(props.binding);
  const [agreed, setAgreed] = useState(false);
  const plan = useQuery(trpc.apps.planDeployment.queryOptions({ appId: props.appId }, { staleTime: 0, gcTime: 0 }));
  const deploy = useMutation(
    trpc.apps.deploy.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries(trpc.apps.pathFilter());
        props.onDone();
      },
    }),
  );
  const { data } = plan;
  const errors = data?.problems.filter((problem) => problem.severity === 'error') ?? [];
  return (
    <Modal opened onClose={props.onClose} size="lg" title={t('deploy.title')} closeButtonProps={{ 'aria-label': t('close') }}>
      {deploy.data ? (
        <Stack gap={12}>
          <p style={{ margin: 0 }}>{t('deploy.done')}</p>
          <Group gap={8}>
            {deploy.data.screen && (
              <Button
                component={Link}
                href={`/operate/${deploy.data.installationId}/${deploy.data.screen}`}
                data-testid="deploy-open-screen"
              >
                {t('deploy.openScreen')}
              </Button>
            )}
            <Button component={Link} href="/apps" variant="default">
              {t('deploy.openApps')}
            </Button>
            <Button variant="default" onClick={props.onClose} data-testid="deploy-close">
              {t('close')}
            </Button>
          </Group>
        </Stack>
      ) : !data ? (
        plan.isError ? (
          <Alert color="red" variant="outline">
            {readFailure(plan.error, locale).message}
          </Alert>
        ) : (
          <Loader size="sm" aria-label={t('loading')} />
        )
      ) : (
        <Stack gap={12}>
          {errors.length > 0 && (
            <Alert color="red" variant="outline" title={t('deploy.notRunnable', { count: errors.length })}>
              {errors[0] && say(errors[0].message)}
            </Alert>
          )}
          <BindingForm value={binding} onChange={setBinding} />
          <section data-testid="deploy-plan">
            <h3 style={{ margin: '0 0 6px', fontSize: 13 }}>
              {data.from ? t('deploy.changesFrom', { version: data.from }) : t('deploy.first')}
            </h3>
            <ul style={{ margin: 0, paddingLeft: 18, display: 'grid', gap: 3 }}>
              {data.changes.map((change) => (
                <li key={change.node}>
                  <span className="mw-mono">{change.node}</span> {t(`deploy.change.${change.change}`)}
                </li>
              ))}
              {data.same && <li>{t('deploy.same')}</li>}
              <PlannedOnPlant plan={data} />
              {difference && (
                <li>
                  {t('deploy.backtest', { alarms: difference.report.alarms.total, effects: difference.report.effects.total })}
                </li>
              )}
            </ul>
          </section>
          <section>
            <h3 style={{ margin: '0 0 6px', fontSize: 13 }}>{t('deploy.capabilities')}</h3>
            <ul style={{ margin: 0, paddingLeft: 18 }}>
              {data.capabilities.map(({ capability, granted }) => (
                <li key={capability}>
                  {capabilityText(capability)}{' '}
                  <span className="mw-mono" style={{ color: 'var(--mw-dim)' }}>
                    {capability}
                  </span>
                  {granted ? '' : ` · ${t('deploy.new')}`}
                </li>
              ))}
              {data.released.map((capability) => (
                <li key={capability}>
                  <del>{capabilityText(capability)}</del> · {versions('deploy.released')}
                </li>
              ))}
            </ul>
          </section>
          <Checkbox
            checked={agreed}
            onChange={(event) => setAgreed(event.currentTarget.checked)}
            label={t('deploy.agree')}
            data-testid="deploy-agree"
          />
          {deploy.isError && (
            <Alert color="red" variant="outline" data-testid="deploy-error">
              {readFailure(deploy.error, locale).message}
            </Alert>
          )}
          <Group justify="space-between">
            <Anchor component={Link} href="/alarms" size="xs">
              {t('deploy.alarmsHelp')}
            </Anchor>
            <Group gap={8}>
              <Button variant="default" onClick={props.onClose}>
                {t('cancel')}
              </Button>
              <Button
                loading={deploy.isPending}
                disabled={!agreed || errors.length > 0 || !isBound(binding, roles)}
                onClick={() =>
                  binding &&
                  deploy.mutate({
                    appId: props.appId,
                    revision: data.revision,
                    assetId: binding.assetId,
                    roles: binding.roles,
                    grants: data.capabilities.map(({ capability }) => capability),
                  })
                }
                data-testid="deploy-confirm"
              >
                {t('deploy.confirm')}
              </Button>
            </Group>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
