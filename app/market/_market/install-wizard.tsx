'use client';
import { Button, Checkbox, Group, NumberInput, Radio, Select, Stack, Stepper, Switch, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { assetClassName } from '#runtime/graph/asset-classes.ts';
import type { AppParameter, Bilingual } from '#runtime/graph/document.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { useCapability } from '../../_parts/capability.ts';
import { EmptyState } from '../../_parts/empty-state.tsx';
import { ErrorState } from '../../_parts/error-state.tsx';
import { useFormat } from '../../_parts/format.ts';
import { PageHeader } from '../../_parts/page-header.tsx';
import { Panel } from '../../_parts/panel.tsx';
import { unitLabel } from '../../_parts/unit.ts';
import { MappingTable } from './mapping-table.tsx';
import classes from './market.module.css';

type ParameterValues = Readonly<Record<string, number | boolean | string>>;

/** Asset, signals, settings, permissions: four short steps from a listing to a running app. Nothing is written before the last. */
export function InstallWizard({ releaseId, title }: { releaseId: string; title: Bilingual }) {
  const t = useTranslations('market.wizard');
  const trpc = useTRPC();
  const format = useFormat();
  const queries = useQueryClient();
  const capabilityText = useCapability();
  const [step, setStep] = useState(0);
  const [assetId, setAssetId] = useState<string>();
  /** What a person chose; absent = as suggested. */
  const [chosen, setChosen] = useState<Readonly<Record<string, number | null>>>({});
  const [parameters, setParameters] = useState<ParameterValues>({});
  const [agreed, setAgreed] = useState<readonly string[]>([]);
  const plan = useQuery({
    ...trpc.market.plan.queryOptions({ releaseId, ...(assetId ? { assetId } : {}) }),
    placeholderData: (before) => before,
    refetchInterval: step === 1 ? 5_000 : false,
  });
  const install = useMutation(
    trpc.market.install.mutationOptions({ onSuccess: () => queries.invalidateQueries({ queryKey: trpc.market.pathKey() }) }),
  );
  const name = format.text(title);
  if (plan.isError) return <ErrorState error={plan.error} retry={() => void plan.refetch()} />;
  const data = plan.data;
  if (!data) return <PageHeader title={t('title', { app: name })} hint={t('hint')} />;
  if (install.data)
    return (
      <EmptyState
        page
        title={t('done', { app: name })}
        text={null}
        actions={
          <>
            {install.data.screen && (
              <Button
                component={Link}
                href={`/operate/${install.data.installationId}/${install.data.screen}`}
                data-testid="to-screen"
              >
                {t('toScreen')}
              </Button>
            )}
            <Button component={Link} href="/apps" variant="default">
              {t('toApps')}
            </Button>
          </>
        }
      />
    );

  const tagOf = (role: (typeof data.roles)[number]) => (role.name in chosen ? (chosen[role.name] ?? null) : role.suggested);
  const open = data.roles.filter((role) => !role.optional && tagOf(role) === null);
  const written = data.roles.flatMap((role) => {
    const bound = role.write && role.candidates.find((candidate) => candidate.tagId === tagOf(role));
    return bound ? [bound.name] : [];
  });
  const steps = [data.assetId !== null, open.length === 0, true, data.capabilities.every((c) => agreed.includes(c))];
  const finish = () => {
    if (!data.assetId) return;
    install.mutate({
      releaseId,
      assetId: data.assetId,
      bindings: Object.fromEntries(
        data.roles.map((role) => {
          const tagId = tagOf(role);
          return [role.name, tagId === null ? null : { tagId }];
        }),
      ),
      parameters,
      grants: [...agreed],
    });
  };
  return (
    <>
      <PageHeader title={t('title', { app: name })} hint={t('hint')} />
      <div className={classes.wizard}>
        <Stepper
          active={step}
          onStepClick={(to) => to < step && setStep(to)}
          size="sm"
          mb="md"
          classNames={{ step: classes.step ?? '', stepBody: classes.stepBody ?? '' }}
        >
          {(['assetStep', 'mapStep', 'parametersStep', 'grantStep'] as const).map((key) => (
            <Stepper.Step key={key} label={t(key)} />
          ))}
        </Stepper>
        <Panel>
          {step === 0 &&
            (data.assets.length === 0 ? (
              <EmptyState
                title={t('noAsset', { class: data.assetClass ? format.text(assetClassName(data.assetClass)) : '' })}
                text={t('noAssetText')}
                actions={
                  <Button component={Link} href="/plant" variant="default">
                    {t('toPlant')}
                  </Button>
                }
              />
            ) : (
              <Radio.Group label={t('assetLabel')} value={data.assetId ?? ''} onChange={setAssetId}>
                <Stack gap={8} mt={10}>
                  {data.assets.map((asset) => (
                    <Radio key={asset.id} value={asset.id} label={`${asset.code} · ${format.text(asset.name)}`} />
                  ))}
                </Stack>
              </Radio.Group>
            ))}
          {step === 1 && (
            <Stack gap={10}>
              <Text c="dimmed">{t('mapText')}</Text>
              <MappingTable
                roles={data.roles}
                tagOf={tagOf}
                onChoose={(role, tagId) => setChosen({ ...chosen, [role]: tagId })}
              />
              {open.length > 0 && (
                <Text fw={500} role="status">
                  {t('notFilled', { roles: open.map((role) => format.text(role.title)).join(', ') })}
                </Text>
              )}
            </Stack>
          )}
          {step === 2 && (
            <Stack gap={12} maw={420}>
              <Text c="dimmed">{data.parameters.length === 0 ? t('noParameters') : t('parametersText')}</Text>
              {data.parameters.map((parameter) => (
                <ParameterField
                  key={parameter.key}
                  parameter={parameter}
                  value={parameters[parameter.key] ?? parameter.default}
                  onChange={(value) => setParameters({ ...parameters, [parameter.key]: value })}
                />
              ))}
            </Stack>
          )}
          {step === 3 && (
            <Checkbox.Group
              label={t('grantText')}
              value={[...agreed]}
              onChange={(values) => setAgreed(data.capabilities.filter((capability) => values.includes(capability)))}
            >
              <Stack gap={10} mt={10}>
                {data.capabilities.map((capability) => (
                  <Checkbox
                    key={capability}
                    value={capability}
                    label={capabilityText(capability)}
                    description={
                      capability === 'tag.write' && written.length > 0 ? t('writesTo', { tags: written.join(', ') }) : undefined
                    }
                    data-testid={`grant-${capability}`}
                  />
                ))}
              </Stack>
            </Checkbox.Group>
          )}
          {install.isError && <ErrorState error={install.error} />}
          <Group justify="space-between" mt="lg">
            <Button variant="default" disabled={step === 0} onClick={() => setStep(step - 1)}>
              {t('back')}
            </Button>
            {step < 3 ? (
              <Button disabled={!steps[step]} onClick={() => setStep(step + 1)} data-testid="wizard-next">
                {t('next')}
              </Button>
            ) : (
              <Button disabled={!steps.every(Boolean)} loading={install.isPending} onClick={finish} data-testid="wizard-finish">
                {t('finish')}
              </Button>
            )}
          </Group>
        </Panel>
      </div>
    </>
  );
}

function ParameterField({
  parameter,
  value,
  onChange,
}: {
  parameter: AppParameter;
  value: number | boolean | string;
  onChange: (value: number | boolean | string) => void;
}) {
  const format = useFormat();
  const label = format.text(parameter.title);
  const description = format.text(parameter.why);
  if (parameter.type === 'boolean')
    return (
      <Switch
        label={label}
        description={description}
        checked={value === true}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  if (parameter.type === 'text' && parameter.options)
    return (
      <Select
        label={label}
        description={description}
        data={parameter.options}
        value={String(value)}
        onChange={(next) => next !== null && onChange(next)}
        allowDeselect={false}
      />
    );
  if (parameter.type === 'text')
    return (
      <TextInput
        label={label}
        description={description}
        value={String(value)}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  const [min, max] = parameter.range ?? [];
  return (
    <NumberInput
      label={label}
      description={description}
      value={Number(value)}
      onChange={(next) => typeof next === 'number' && onChange(next)}
      {...(min === undefined ? {} : { min })}
      {...(max === undefined ? {} : { max })}
      {...(parameter.unit ? { suffix: ` ${unitLabel(parameter.unit)}` } : {})}
      allowDecimal={parameter.type === 'number'}
    />
  );
}
