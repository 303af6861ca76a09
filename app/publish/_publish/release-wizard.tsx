'use client';
import { Button, Group, Stepper } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { Measured } from '#runtime/replay/measure.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { ErrorState } from '../../_parts/error-state.tsx';
import { PageHeader } from '../../_parts/page-header.tsx';
import { Panel } from '../../_parts/panel.tsx';
import { type Figures, FiguresStep, figuresReady } from './figures-step.tsx';
import { type Listing, ListingStep, listingReady } from './listing-step.tsx';
import { MeasureStep } from './measure-step.tsx';
import classes from './publish.module.css';

/** App and data, figures, listing: what runs here becomes a signed release with a proof of its own. */
export function ReleaseWizard() {
  const t = useTranslations('publish.wizard');
  const tPublish = useTranslations('publish');
  const trpc = useTRPC();
  const router = useRouter();
  const [step, setStep] = useState(0);
  const [runId, setRunId] = useState<string>();
  const [figures, setFigures] = useState<Figures>({ kept: {}, falsifier: null });
  const [listing, setListing] = useState<Listing>();
  const run = useQuery({
    ...trpc.runs.get.queryOptions({ runId: runId ?? '' }),
    enabled: runId !== undefined,
    refetchInterval: (query) => (query.state.data?.status === 'queued' || query.state.data?.status === 'running' ? 500 : false),
  });
  const measured = run.data?.status === 'done' ? (run.data.report as unknown as Measured) : undefined;
  const submit = useMutation(
    trpc.publish.submit.mutationOptions({
      onSuccess: (_, input) => {
        notifications.show({ message: t('submitted', { name: `${input.slug} ${input.version}` }), withCloseButton: false });
        router.push('/publish');
      },
    }),
  );
  const send = () => {
    if (!runId || !measured || !listing || !figures.falsifier) return;
    submit.mutate({
      measureRunId: runId,
      ...listing,
      scenarios: [],
      licence: { kind: 'free' },
      checks: measured.proposals.flatMap((proposal) => {
        const kept = figures.kept[proposal.id];
        if (!kept) return [];
        return [{ ...proposal, expected: kept.expected, source: kept.source, tolerance: { absolute: kept.tolerance } }];
      }),
      falsifiers: [figures.falsifier],
    });
  };
  const ready = [measured !== undefined, figuresReady(figures), listing !== undefined && listingReady(listing)];
  return (
    <>
      <PageHeader title={t('title')} hint={tPublish('noneText')} />
      <div className={classes.wizard}>
        <Stepper active={step} onStepClick={(to) => to < step && setStep(to)} size="sm" mb="md">
          <Stepper.Step label={t('runStep')} />
          <Stepper.Step label={t('figureStep')} />
          <Stepper.Step label={t('listingStep')} />
        </Stepper>
        <Panel>
          {step === 0 && (
            <MeasureStep
              status={run.data?.status}
              error={run.data?.error?.message}
              onMeasured={(id, name) => {
                setRunId(id);
                setFigures({ kept: {}, falsifier: null });
                setListing(
                  (before) =>
                    before ?? {
                      slug: '',
                      version: '1.0.0',
                      title: name,
                      summary: { en: '', zh: '' },
                      readme: { en: '', zh: '' },
                    },
                );
              }}
            />
          )}
          {step === 1 && measured && <FiguresStep measured={measured} value={figures} onChange={setFigures} />}
          {step === 2 && listing && <ListingStep value={listing} onChange={setListing} />}
          {submit.isError && <ErrorState error={submit.error} />}
          <Group justify="space-between" mt="lg">
            <Button variant="default" disabled={step === 0} onClick={() => setStep(step - 1)}>
              {t('back')}
            </Button>
            {step < 2 ? (
              <Button disabled={!ready[step]} onClick={() => setStep(step + 1)} data-testid="wizard-next">
                {t('next')}
              </Button>
            ) : (
              <Button disabled={!ready.every(Boolean)} loading={submit.isPending} onClick={send} data-testid="wizard-finish">
                {t('submit')}
              </Button>
            )}
          </Group>
        </Panel>
      </div>
    </>
  );
}
