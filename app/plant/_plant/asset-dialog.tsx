'use client';
import { Group, NativeSelect, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import { ASSET_LEVELS, type AssetLevel } from '#runtime/graph/equipment.ts';
import type { Plant, PlantAsset } from '#server/plant/read-plant.ts';
import { readFailure } from '../../_client/failure.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { EditDialog } from '../../_parts/edit-dialog.tsx';
import { useFormat } from '../../_parts/format.ts';

export function AssetDialog({
  plant,
  asset,
  parentId,
  onClose,
}: {
  plant: Plant;
  asset?: PlantAsset;
  parentId: string | null;
  onClose: (saved?: string) => void;
}) {
  const t = useTranslations('plant');
  const locale = useLocale();
  const format = useFormat();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const parent = plant.assets.find((a) => a.id === parentId);
  const [form, setForm] = useState({
    parentId: parentId ?? '',
    level: asset?.level ?? (parent ? below(parent.level) : ('site' as AssetLevel)),
    code: asset?.code ?? '',
    en: asset?.name.en ?? '',
    zh: asset?.name.zh ?? '',
    assetClass: asset?.assetClass ?? '',
    timeZone: asset?.timeZone ?? (parent ? '' : Intl.DateTimeFormat().resolvedOptions().timeZone),
  });
  const done = (id?: string) => {
    void queries.invalidateQueries({ queryKey: trpc.plant.read.queryKey() });
    onClose(id);
  };
  const save = useMutation(trpc.plant.saveAsset.mutationOptions({ onSuccess: ({ id }) => done(id) }));
  const remove = useMutation(trpc.plant.deleteAsset.mutationOptions({ onSuccess: () => done() }));
  const fields = save.error ? readFailure(save.error, locale).fields : {};
  const set = (name: keyof typeof form) => (event: { currentTarget: { value: string } }) => {
    const { value } = event.currentTarget;
    setForm((before) => ({ ...before, [name]: value }));
  };
  const submit = () => {
    save.mutate({
      ...(asset ? { id: asset.id } : {}),
      parentId: form.parentId || null,
      level: form.level,
      code: form.code,
      // One language is enough to begin with.
      name: { en: form.en || form.zh, zh: form.zh || form.en },
      assetClass: form.assetClass || null,
      timeZone: form.timeZone || null,
    });
  };
  return (
    <EditDialog
      title={asset ? t('editAsset') : t('addAsset')}
      ready={form.code !== '' && (form.en || form.zh) !== ''}
      save={save}
      onSave={submit}
      onClose={() => onClose()}
      {...(asset
        ? {
            deletion: {
              title: t('deleteAsset'),
              loses: t('deleteAssetLoses'),
              word: asset.code,
              remove,
              onDelete: () => remove.mutate({ id: asset.id }),
            },
          }
        : {})}
    >
      <Group grow align="flex-start">
        <TextInput
          label={t('code')}
          description={t('codeHelp')}
          required
          value={form.code}
          onChange={set('code')}
          error={fields.code}
          data-autofocus
        />
        <NativeSelect
          label={t('level')}
          description={t('levelHelp')}
          value={form.level}
          onChange={(event) => {
            const level = ASSET_LEVELS.find((l) => l === event.currentTarget.value);
            if (level) setForm((before) => ({ ...before, level }));
          }}
          data={ASSET_LEVELS.map((level) => ({ value: level, label: t(`levels.${level}`) }))}
        />
      </Group>
      <NativeSelect
        label={t('parent')}
        value={form.parentId}
        onChange={set('parentId')}
        data={[
          { value: '', label: t('noParent') },
          ...plant.assets
            .filter((a) => a.id !== asset?.id)
            .map((a) => ({ value: a.id, label: `${a.code} ${format.text(a.name)}` })),
        ]}
      />
      <Group grow align="flex-start">
        <TextInput label={t('nameEn')} value={form.en} onChange={set('en')} error={fields['name.en']} />
        <TextInput label={t('nameZh')} value={form.zh} onChange={set('zh')} error={fields['name.zh']} />
      </Group>
      <Group grow align="flex-start">
        <TextInput label={t('class')} description={t('classHelp')} value={form.assetClass} onChange={set('assetClass')} />
        <TextInput label={t('timeZone')} description={t('timeZoneHelp')} value={form.timeZone} onChange={set('timeZone')} />
      </Group>
    </EditDialog>
  );
}

const below = (level: AssetLevel): AssetLevel =>
  ASSET_LEVELS[Math.min(ASSET_LEVELS.length - 1, ASSET_LEVELS.indexOf(level) + 1)] ?? 'asset';
