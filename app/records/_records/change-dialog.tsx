'use client';
import { Button, Group, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { type SubmitEvent, useState } from 'react';
import type { KindFacts } from '#server/records/describe-kinds.ts';
import { readFailure } from '../../_client/failure.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { ErrorState } from '../../_parts/error-state.tsx';
import { useFormat } from '../../_parts/format.ts';
import { FieldInput } from './field-input.tsx';

/** A transition that a person is about to make. */
export type Step = Pick<KindFacts['transitions'][number], 'name' | 'title' | 'sets' | 'meaning'>;
interface Present {
  readonly code: string;
  readonly version: number;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The fields that a transition may set, why, and the password where it is signed. A field that is emptied is taken away. */
export function ChangeDialog({
  kind,
  transition,
  record,
  onClose,
  onDone,
}: {
  kind: KindFacts;
  transition: Step;
  /** Absent: a new one. */
  record?: Present;
  onClose: () => void;
  onDone: (code: string) => void;
}) {
  const t = useTranslations('records');
  const locale = useLocale();
  const format = useFormat();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const { sets } = transition;
  const fields = Object.entries(kind.fields).filter(([name]) => sets === 'all' || sets.includes(name));
  const [code, setCode] = useState(record?.code ?? '');
  const [data, setData] = useState<Record<string, unknown>>(
    Object.fromEntries(
      fields.flatMap(([name, { type, optional }]) => {
        const value = record?.data[name] ?? (type === 'boolean' && !optional ? false : undefined);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  );
  const [why, setWhy] = useState('');
  const [password, setPassword] = useState('');
  // the same change sent again, because its answer was lost, is one change
  const [requestId] = useState(() => crypto.randomUUID());
  const change = useMutation(
    trpc.records.change.mutationOptions({
      onSuccess: (made) => {
        void queries.invalidateQueries(trpc.records.pathFilter());
        onDone(made.code);
      },
    }),
  );
  const faults = change.error ? readFailure(change.error, locale).fields : {};
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = Object.fromEntries(
      fields.flatMap(([name]): [string, unknown][] => {
        const value = data[name];
        if (value === undefined) return record?.data[name] === undefined ? [] : [[name, null]];
        return [[name, value]];
      }),
    );
    change.mutate({
      kind: kind.name,
      code: code.trim(),
      transition: transition.name,
      data: given,
      requestId,
      ...(record ? { version: record.version } : {}),
      ...(why.trim() === '' ? {} : { why: why.trim() }),
      ...(transition.meaning ? { password } : {}),
    });
  };
  return (
    <Modal
      opened
      size="xl"
      onClose={onClose}
      title={record ? `${format.text(transition.title)} · ${record.code}` : t('createOf', { kind: format.text(kind.title) })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          {!record && (
            <TextInput label={t('code')} required value={code} onChange={(e) => setCode(e.currentTarget.value)} data-autofocus />
          )}
          {fields.map(([name, field]) => (
            <FieldInput
              key={name}
              name={name}
              path={name}
              field={field}
              value={data[name]}
              onChange={(value) => setData((now) => ({ ...now, [name]: value }))}
              faults={faults}
            />
          ))}
          {record && (
            <TextInput
              label={`${t('why')} (${t('optional')})`}
              description={t('whyHelp')}
              value={why}
              onChange={(e) => setWhy(e.currentTarget.value)}
            />
          )}
          {transition.meaning && (
            <>
              <Text>{t('signing', { meaning: format.text(transition.meaning) })}</Text>
              <PasswordInput
                label={t('password')}
                required
                autoComplete="current-password"
                value={password}
                onChange={(e) => setPassword(e.currentTarget.value)}
              />
            </>
          )}
          {change.error && <ErrorState error={change.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" loading={change.isPending} disabled={code.trim() === ''}>
              {transition.meaning ? t('sign') : record ? format.text(transition.title) : t('save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
