'use client';
import { Alert, Button, Group, Loader, Modal, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { useMemo, useState } from 'react';
import { readFailure } from '../../../_client/failure.ts';
import { useTRPC } from '../../../_client/trpc.ts';
import { CompareCanvas } from '../_canvas/compare-canvas.tsx';
import { useStudio } from '../_session/use-session.tsx';
import { compareDrafts, type Difference, overlay } from './difference.ts';
import { DifferenceFields } from './difference-fields.tsx';
import { DifferenceList } from './difference-list.tsx';
import { readVersion } from './read-version.ts';
import classes from './versions.module.css';

const DRAFT = 'draft';
interface Listed {
  readonly id: string;
  readonly version: string;
  readonly label: string | null;
  readonly running: number;
}

/** What differs between two versions in three panes: the list, the picture, the properties. Layout is left out. */
export function CompareDialog(props: { versions: readonly Listed[]; was: string; onClose: () => void }) {
  const t = useTranslations('studio-versions');
  const [was, setWas] = useState(props.was);
  const [is, setIs] = useState(DRAFT);
  const [old, now] = [useDraftOf(was), useDraftOf(is)];
  const locale = useLocale();
  const compared = useMemo(
    () => (old.draft && now.draft ? compareDrafts(old.draft, now.draft) : undefined),
    [old.draft, now.draft],
  );
  const picture = useMemo(
    () => compared && old.draft && now.draft && overlay(old.draft.graph, now.draft.graph, compared.differences),
    [compared, old.draft, now.draft],
  );
  const [chosen, setChosen] = useState<Difference>();
  const list = compared?.differences ?? [];
  const at = list.findIndex((one) => one.kind === chosen?.kind && one.name === chosen.name);
  const shown = list[Math.max(0, at)];
  const go = (step: number) => setChosen(list[(Math.max(0, at) + step + list.length) % list.length]);
  const options = [
    { value: DRAFT, label: t('compare.draft') },
    ...props.versions.map(({ id, version, label, running }) => ({
      value: id,
      label: [version, label, running > 0 ? t('compare.live') : null].filter(Boolean).join(' · '),
    })),
  ];
  const failure = old.error ?? now.error;
  return (
    <Modal
      opened
      onClose={props.onClose}
      size="calc(100vw - 48px)"
      yOffset={56}
      title={t('compare.title')}
      closeButtonProps={{ 'aria-label': t('compare.close') }}
    >
      <Group gap={8} mb={10}>
        <Select
          aria-label={t('compare.from')}
          data={options}
          value={was}
          allowDeselect={false}
          w={240}
          onChange={(next) => next && setWas(next)}
          data-testid="compare-was"
        />
        <span aria-hidden>→</span>
        <Select
          aria-label={t('compare.to')}
          data={options}
          value={is}
          allowDeselect={false}
          w={240}
          onChange={(next) => next && setIs(next)}
          data-testid="compare-is"
        />
        <span className={classes.dim} role="status" data-testid="compare-count">
          {compared && t('compare.count', { count: list.length, moved: compared.moved })}
        </span>
        <span className={classes.grow} />
        <Button variant="default" disabled={list.length < 2} onClick={() => go(-1)}>
          {t('compare.previous')}
        </Button>
        <Button variant="default" disabled={list.length < 2} onClick={() => go(1)} data-testid="compare-next">
          {t('compare.next')}
        </Button>
      </Group>
      {failure ? (
        <Alert color="red" variant="outline">
          {readFailure(failure, locale).message}
        </Alert>
      ) : picture ? (
        <div className={classes.panes}>
          <DifferenceList differences={list} chosen={shown} onChoose={setChosen} />
          <CompareCanvas
            picture={picture}
            chosen={shown?.kind === 'node' ? shown.name : undefined}
            onChoose={(node) => setChosen(list.find((one) => one.kind === 'node' && one.name === node))}
          />
          <DifferenceFields difference={shown} />
        </div>
      ) : (
        <Loader size="sm" aria-label={t('compare.loading')} />
      )}
    </Modal>
  );
}

function useDraftOf(version: string) {
  const trpc = useTRPC();
  const graph = useStudio((state) => state.history.now);
  const screens = useStudio((state) => state.history.screens);
  const kept = useQuery(
    trpc.apps.version.queryOptions({ versionId: version }, { enabled: version !== DRAFT, staleTime: Number.POSITIVE_INFINITY }),
  );
  const draft = useMemo(
    () => (version === DRAFT ? { graph, screens } : kept.data && readVersion(kept.data)),
    [version, graph, screens, kept.data],
  );
  return { draft, error: version === DRAFT ? null : kept.error };
}
