'use client';
import { Group, NativeSelect, NumberInput, Switch, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import { TAG_TYPES, type TagType } from '#runtime/graph/equipment.ts';
import type { Storage } from '#runtime/historian/storage.ts';
import type { Plant, PlantTag } from '#server/plant/read-plant.ts';
import { readFailure } from '../../_client/failure.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { EditDialog } from '../../_parts/edit-dialog.tsx';
import { ErrorState } from '../../_parts/error-state.tsx';
import { useFormat } from '../../_parts/format.ts';
import { type Retention, RetentionFields } from '../../_parts/retention-fields.tsx';

type Number_ = number | string;
const orNull = (value: Number_): number | null => (typeof value === 'number' ? value : null);

/** What holds for a tag without a rule: the organization's, and where that says nothing the platform's. */
const aboveTag = (storage: Storage | undefined): Partial<Retention> => ({
  ...storage?.platform,
  ...Object.fromEntries(Object.entries(storage?.rule ?? {}).filter(([, value]) => value !== null)),
});

export function TagDialog({
  plant,
  tag,
  assetId,
  onClose,
}: {
  plant: Plant;
  tag?: PlantTag;
  assetId: string;
  onClose: () => void;
}) {
  const t = useTranslations('plant');
  const locale = useLocale();
  const format = useFormat();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const sources = useQuery(trpc.sources.list.queryOptions());
  const connectors = useQuery(trpc.sources.connectors.queryOptions());
  const [form, setForm] = useState({
    assetId,
    name: tag?.name ?? '',
    en: tag?.title?.en ?? '',
    zh: tag?.title?.zh ?? '',
    signal: tag?.signal ?? '',
    type: tag?.type ?? ('number' as TagType),
    unit: tag?.unit ?? '',
    low: (tag?.low ?? '') as Number_,
    high: (tag?.high ?? '') as Number_,
    writable: tag?.access === 'rw',
    connectionId: tag?.connectionId ?? '',
    address: tag?.address ?? '',
    gain: (tag?.gain ?? 1) as Number_,
    offset: (tag?.offset ?? 0) as Number_,
    period: (tag?.samplePeriodMs ?? 1000) as Number_,
    stale: (tag?.staleAfterMs ?? 5000) as Number_,
  });
  const rules = useQuery({ ...trpc.history.retention.queryOptions({ ids: tag ? [tag.id] : [] }), enabled: tag !== undefined });
  const storage = useQuery(trpc.history.storage.queryOptions());
  const [own] = rules.data ?? [];
  const was: Retention = { sampleDays: own?.sampleDays ?? null, largeHours: own?.largeHours ?? null };
  const [changed, setChanged] = useState<Retention>();
  const kept = changed ?? was;
  const keep = useMutation(trpc.history.saveRetention.mutationOptions());
  const done = () => {
    void queries.invalidateQueries({ queryKey: trpc.plant.read.queryKey() });
    onClose();
  };
  const save = useMutation(
    trpc.plant.saveTag.mutationOptions({
      async onSuccess() {
        if (tag && changed) {
          // the tag is saved already: the dialog stays, and says what went wrong with the rest
          const saved = await keep.mutateAsync({ id: tag.id, ...changed }).then(
            () => true,
            () => false,
          );
          if (!saved) return;
          void queries.invalidateQueries({ queryKey: trpc.history.retention.queryKey() });
          void queries.invalidateQueries({ queryKey: trpc.history.storage.queryKey() });
        }
        done();
      },
    }),
  );
  const remove = useMutation(trpc.plant.deleteTag.mutationOptions({ onSuccess: done }));
  const fields = save.error ? readFailure(save.error, locale).fields : {};
  const put = <K extends keyof typeof form>(name: K, value: (typeof form)[K]) =>
    setForm((before) => ({ ...before, [name]: value }));
  const text = (name: 'name' | 'en' | 'zh' | 'signal' | 'unit' | 'address') => ({
    value: form[name],
    onChange: (event: { currentTarget: { value: string } }) => put(name, event.currentTarget.value),
    error: fields[name],
  });
  const number = (name: 'low' | 'high' | 'gain' | 'offset' | 'period' | 'stale') => ({
    value: form[name],
    onChange: (value: Number_) => put(name, value),
    hideControls: true,
  });
  const connection = sources.data?.find((s) => s.id === form.connectionId);
  const card = connectors.data?.find((c) => c.id === connection?.connector);
  const submit = () => {
    save.mutate({
      ...(tag ? { id: tag.id } : {}),
      assetId: form.assetId,
      name: form.name,
      title: form.en || form.zh ? { en: form.en || form.zh, zh: form.zh || form.en } : null,
      signal: form.signal || null,
      type: form.type,
      unit: form.unit || null,
      low: orNull(form.low),
      high: orNull(form.high),
      access: form.writable ? 'rw' : 'r',
      connectionId: form.connectionId || null,
      address: form.address || null,
      gain: orNull(form.gain) ?? 1,
      offset: orNull(form.offset) ?? 0,
      samplePeriodMs: orNull(form.period) ?? 1000,
      staleAfterMs: orNull(form.stale) ?? 5000,
    });
  };
  return (
    <EditDialog
      title={tag ? t('editTag') : t('addTag')}
      size="lg"
      ready={form.name !== ''}
      save={save}
      onSave={submit}
      onClose={onClose}
      {...(tag
        ? {
            deletion: {
              title: t('deleteTag'),
              loses: t('deleteTagLoses'),
              word: tag.name,
              remove,
              onDelete: () => remove.mutate({ id: tag.id }),
            },
          }
        : {})}
    >
      <Group grow align="flex-start">
        <TextInput label={t('tagName')} required data-autofocus {...text('name')} />
        <NativeSelect
          label={t('asset')}
          value={form.assetId}
          onChange={(event) => put('assetId', event.currentTarget.value)}
          data={plant.assets.map((a) => ({ value: a.id, label: `${a.code} ${format.text(a.name)}` }))}
        />
      </Group>
      <Group grow align="flex-start">
        <TextInput label={t('nameEn')} {...text('en')} />
        <TextInput label={t('nameZh')} {...text('zh')} />
      </Group>
      <Group grow align="flex-start">
        <NativeSelect
          label={t('type')}
          value={form.type}
          onChange={(event) => {
            const type = TAG_TYPES.find((x) => x === event.currentTarget.value);
            if (type) put('type', type);
          }}
          data={TAG_TYPES.map((type) => ({ value: type, label: t(`types.${type}`) }))}
        />
        <TextInput label={t('unit')} description={t('unitHelp')} {...text('unit')} />
        <TextInput label={t('signal')} description={t('signalHelp')} {...text('signal')} />
      </Group>
      <Group grow align="flex-start">
        <NumberInput label={t('lowest')} {...number('low')} />
        <NumberInput label={t('highest')} {...number('high')} />
      </Group>
      <Group grow align="flex-start">
        <NativeSelect
          label={t('source')}
          value={form.connectionId}
          onChange={(event) => put('connectionId', event.currentTarget.value)}
          data={[{ value: '', label: t('noSource') }, ...(sources.data ?? []).map((s) => ({ value: s.id, label: s.name }))]}
        />
        <TextInput
          label={t('address')}
          description={card ? t('addressExample', { example: card.address.examples[0] ?? '' }) : undefined}
          disabled={!form.connectionId}
          {...text('address')}
        />
      </Group>
      <Switch
        label={t('writableHelp')}
        checked={form.writable}
        onChange={(event) => put('writable', event.currentTarget.checked)}
      />
      <Group grow align="flex-start">
        <NumberInput label={t('gain')} {...number('gain')} />
        <NumberInput label={t('offset')} {...number('offset')} />
        <NumberInput label={t('period')} suffix=" ms" {...number('period')} />
        <NumberInput label={t('stale')} suffix=" ms" {...number('stale')} />
      </Group>
      {tag && rules.data && (
        <RetentionFields value={kept} onChange={setChanged} above={{ whose: 'asOrganization', rule: aboveTag(storage.data) }} />
      )}
      {keep.error && <ErrorState error={keep.error} />}
    </EditDialog>
  );
}
