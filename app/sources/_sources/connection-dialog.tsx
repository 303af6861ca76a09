'use client';
import { NativeSelect, Switch, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import type { ConnectorCard } from '#blocks/catalogue/connector-card.ts';
import type { ConnectionRow } from '#server/sources/list-connections.ts';
import { readFailure } from '../../_client/failure.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { EditDialog } from '../../_parts/edit-dialog.tsx';
import { useFormat } from '../../_parts/format.ts';
import { defaultsOf, type FormValues, SchemaForm } from './schema-form.tsx';

/** New connection, or another one's settings: the form is made from the connector's own schema. */
export function ConnectionDialog({
  connectors,
  row,
  onClose,
}: {
  connectors: readonly ConnectorCard[];
  row?: ConnectionRow;
  onClose: () => void;
}) {
  const t = useTranslations('sources');
  const locale = useLocale();
  const format = useFormat();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [connector, setConnector] = useState(row?.connector ?? connectors[0]?.id ?? '');
  const card = connectors.find((c) => c.id === connector);
  const [name, setName] = useState(row?.name ?? '');
  const [settings, setSettings] = useState<FormValues>(row?.settings ?? (card ? defaultsOf(card.settings) : {}));
  const [secrets, setSecrets] = useState<FormValues>({});
  const [simulated, setSimulated] = useState(row?.simulated ?? false);
  const done = () => {
    void queries.invalidateQueries({ queryKey: trpc.sources.list.queryKey() });
    onClose();
  };
  const save = useMutation(trpc.sources.save.mutationOptions({ onSuccess: done }));
  const remove = useMutation(trpc.sources.delete.mutationOptions({ onSuccess: done }));
  const fields = save.error ? readFailure(save.error, locale).fields : {};
  const under = (prefix: string) =>
    Object.fromEntries(
      Object.entries(fields).flatMap(([k, v]) => (k.startsWith(`${prefix}.`) ? [[k.slice(prefix.length + 1), v]] : [])),
    );
  const submit = () => {
    const given = Object.fromEntries(Object.entries(secrets).filter(([, v]) => v !== '' && v !== undefined));
    save.mutate({
      ...(row ? { id: row.id } : {}),
      name,
      connector,
      settings: Object.fromEntries(Object.entries(settings).filter(([, v]) => v !== undefined)),
      ...(Object.keys(given).length ? { secrets: given } : {}),
      simulated,
    });
  };
  return (
    <EditDialog
      title={row ? t('editTitle', { name: row.name }) : t('add')}
      ready={name !== ''}
      save={save}
      onSave={submit}
      onClose={onClose}
      {...(row
        ? {
            deletion: {
              title: t('deleteTitle'),
              loses: t('deleteLoses'),
              word: row.name,
              remove,
              onDelete: () => remove.mutate({ id: row.id }),
            },
          }
        : {})}
    >
      {!row && (
        <NativeSelect
          label={t('protocol')}
          value={connector}
          onChange={(event) => {
            const next = connectors.find((c) => c.id === event.currentTarget.value);
            if (!next) return;
            setConnector(next.id);
            setSettings(defaultsOf(next.settings));
            setSecrets({});
          }}
          data={connectors.map((c) => ({ value: c.id, label: format.text(c.title) }))}
        />
      )}
      {card && <Text c="dimmed">{format.text(card.summary)}</Text>}
      <TextInput
        label={t('name')}
        required
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={fields.name}
        data-autofocus
      />
      {card && <SchemaForm schema={card.settings} values={settings} onChange={setSettings} errors={under('settings')} />}
      {card && (
        <SchemaForm
          schema={card.secrets}
          values={secrets}
          onChange={setSecrets}
          errors={under('secrets')}
          secret
          kept={row?.hasSecrets ?? false}
        />
      )}
      <Switch label={t('simulated')} checked={simulated} onChange={(event) => setSimulated(event.currentTarget.checked)} />
    </EditDialog>
  );
}
