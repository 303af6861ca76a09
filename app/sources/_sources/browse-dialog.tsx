'use client';
import { Anchor, Breadcrumbs, Button, Checkbox, Group, Loader, Modal, NativeSelect, Stack } from '@mantine/core';
import { IconFolder } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useCallback, useEffect, useState } from 'react';
import type { BrowseNode } from '#blocks/sdk/connector.ts';
import type { Bilingual } from '#runtime/graph/document.ts';
import type { ConnectionRow } from '#server/sources/list-connections.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { EmptyState } from '../../_parts/empty-state.tsx';
import { ErrorState } from '../../_parts/error-state.tsx';
import { useFormat } from '../../_parts/format.ts';
import { unitLabel } from '../../_parts/unit.ts';
import classes from './sources.module.css';

/** What a source offers, folder by folder; chosen variables become tags of an asset. */
export function BrowseDialog({ row, onClose }: { row: ConnectionRow; onClose: () => void }) {
  const t = useTranslations('sources');
  const format = useFormat();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const plant = useQuery(trpc.plant.read.queryOptions());
  const [path, setPath] = useState<readonly { path: string; name: string }[]>([{ path: '', name: row.name }]);
  const [nodes, setNodes] = useState<readonly BrowseNode[]>([]);
  const [next, setNext] = useState<string>();
  const [chosen, setChosen] = useState<ReadonlyMap<string, BrowseNode>>(new Map());
  const [assetId, setAssetId] = useState('');
  const ask = useMutation(trpc.sources.ask.mutationOptions());
  const { mutateAsync } = ask;
  const here = path.at(-1)?.path ?? '';
  const load = useCallback(
    async (at: string, page?: string) => {
      // A failure is shown from the mutation itself.
      const answer = await mutateAsync({
        connectionId: row.id,
        kind: 'browse',
        request: { path: at, ...(page ? { page } : {}) },
      }).catch(() => undefined);
      if (answer?.ok !== true) return;
      const found = answer.nodes as readonly BrowseNode[];
      setNodes((before) => (page ? [...before, ...found] : found));
      setNext(typeof answer.next === 'string' ? answer.next : undefined);
    },
    [mutateAsync, row.id],
  );
  useEffect(() => {
    void load(here);
  }, [load, here]);
  const add = useMutation(
    trpc.sources.addTags.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: trpc.plant.read.queryKey() });
        onClose();
      },
    }),
  );
  const known = new Set(plant.data?.tags.flatMap((tag) => (tag.connectionId === row.id && tag.address ? [tag.address] : [])));
  const asset = assetId || plant.data?.assets.find((a) => a.level === 'asset')?.id || plant.data?.assets[0]?.id || '';
  const submit = () =>
    add.mutate({
      connectionId: row.id,
      tags: [...chosen.values()].map((node) => ({
        assetId: asset,
        name: node.suggested?.name ?? node.name,
        type: node.suggested?.type ?? ('number' as const),
        unit: node.suggested?.unit ?? null,
        low: node.suggested?.low ?? null,
        high: node.suggested?.high ?? null,
        access: node.suggested?.access ?? ('r' as const),
        address: node.address ?? '',
      })),
    });
  const refused = ask.data?.ok === false ? format.text(ask.data.reason as Bilingual) : undefined;
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={t('browseTitle', { name: row.name })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack gap="sm">
        <Breadcrumbs>
          {path.map((step, i) => (
            <Anchor key={step.path} component="button" type="button" onClick={() => setPath(path.slice(0, i + 1))}>
              {step.name}
            </Anchor>
          ))}
        </Breadcrumbs>
        {ask.error && <ErrorState error={ask.error} retry={() => load(here)} />}
        {refused && <p className={classes.reason}>{refused}</p>}
        {ask.isPending && nodes.length === 0 && <Loader role="status" size="sm" aria-label={t('loading')} />}
        {!ask.isPending && !ask.error && !refused && nodes.length === 0 && (
          <EmptyState title={t('nothingHere')} text={t('nothingHereText')} />
        )}
        <ul className={classes.nodes} aria-busy={ask.isPending}>
          {nodes.map((node) => (
            <li key={node.path}>
              {node.address !== undefined && (
                <Checkbox
                  aria-label={node.name}
                  checked={chosen.has(node.address)}
                  disabled={known.has(node.address)}
                  onChange={(event) => {
                    const on = event.currentTarget.checked;
                    const key = node.address ?? '';
                    setChosen((before) => {
                      const after = new Map(before);
                      if (on) after.set(key, node);
                      else after.delete(key);
                      return after;
                    });
                  }}
                />
              )}
              {node.folder ? (
                <Anchor component="button" type="button" onClick={() => setPath([...path, { path: node.path, name: node.name }])}>
                  <IconFolder size={14} aria-hidden /> {node.name}
                </Anchor>
              ) : (
                <span>{node.name}</span>
              )}
              <span className={classes.dim}>
                {[
                  node.address && known.has(node.address) ? t('isTag') : undefined,
                  node.value,
                  unitLabel(node.suggested?.unit),
                  node.suggested?.access === 'rw' ? t('writable') : undefined,
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
              <span className={`mw-mono ${classes.address}`}>{node.address}</span>
            </li>
          ))}
        </ul>
        {next && (
          <Button variant="default" loading={ask.isPending} onClick={() => load(here, next)}>
            {t('more')}
          </Button>
        )}
        {add.error && <ErrorState error={add.error} />}
        {plant.data?.assets.length === 0 ? (
          <p className={classes.reason}>{t('needAsset')}</p>
        ) : (
          <Group justify="space-between" align="flex-end">
            <NativeSelect
              label={t('toAsset')}
              value={asset}
              onChange={(event) => setAssetId(event.currentTarget.value)}
              data={(plant.data?.assets ?? []).map((a) => ({ value: a.id, label: `${a.code} ${format.text(a.name)}` }))}
            />
            <Button disabled={chosen.size === 0 || !asset} loading={add.isPending} onClick={submit}>
              {t('addTags', { count: chosen.size })}
            </Button>
          </Group>
        )}
      </Stack>
    </Modal>
  );
}
