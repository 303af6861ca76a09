'use client';
import {
  Button,
  Group,
  Modal,
  NumberInput,
  PasswordInput,
  SegmentedControl,
  Select,
  Stack,
  TagsInput,
  TextInput,
} from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { type SubmitEvent, useState } from 'react';
import { readFailure } from '../_client/failure.ts';
import { useTRPC } from '../_client/trpc.ts';
import { ErrorState } from '../_parts/error-state.tsx';

const ROBOTS = ['wecom', 'dingtalk', 'feishu'] as const;
const KINDS = ['webhook', 'email', ...ROBOTS] as const;
const SECURITY = ['starttls', 'tls', 'none'] as const;
/** Ports that mail servers listen on for each kind of encryption (RFC 8314, RFC 6409). */
const PORTS = { starttls: 587, tls: 465, none: 25 } as const;

/** A new channel: an address that messages are posted to, or a mail server with its receivers. */
export function CreateChannel({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const t = useTranslations('admin.channels');
  const parts = useTranslations('parts');
  const locale = useLocale();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [kind, setKind] = useState<(typeof KINDS)[number]>('webhook');
  const [security, setSecurity] = useState<(typeof SECURITY)[number]>('starttls');
  const [port, setPort] = useState<number | string>(PORTS.starttls);
  const [to, setTo] = useState<string[]>([]);
  const close = () => {
    create.reset();
    onClose();
  };
  const create = useMutation(
    trpc.channels.create.mutationOptions({
      onSuccess: () => {
        setTo([]);
        close();
      },
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.channels.pathKey() }),
    }),
  );
  const failure = create.error ? readFailure(create.error, locale) : undefined;
  const fields = failure?.fields ?? {};
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '').trim();
    const name = text('name');
    const password = String(form.get('password') ?? '');
    const sealed = password === '' ? {} : { password };
    const robot = ROBOTS.find((one) => one === kind);
    if (robot) create.mutate({ kind: robot, name, url: text('url'), sign: text('sign') });
    else if (kind === 'webhook') create.mutate({ kind, name, url: text('url'), ...sealed });
    else if (kind === 'email')
      create.mutate({
        kind,
        name,
        host: text('host'),
        port: Number(port),
        security,
        user: text('user'),
        from: text('from'),
        to,
        ...sealed,
      });
  };
  return (
    <Modal opened={opened} onClose={close} title={t('create')} closeButtonProps={{ 'aria-label': parts('close') }}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          {failure && Object.keys(fields).length === 0 && <ErrorState error={create.error} />}
          <SegmentedControl
            aria-label={t('kind')}
            value={kind}
            onChange={(value) => setKind(KINDS.find((k) => k === value) ?? 'webhook')}
            data={KINDS.map((value) => ({ value, label: t(`kinds.${value}`) }))}
          />
          <TextInput name="name" label={t('name')} placeholder={t('example')} error={fields.name} required data-autofocus />
          {kind !== 'email' ? (
            <>
              <TextInput
                name="url"
                type="url"
                label={t('url')}
                description={kind === 'webhook' ? t('urlHint') : t('robotHint')}
                placeholder="https://"
                error={fields.url}
                required
              />
              {kind !== 'wecom' && (
                <PasswordInput
                  name={kind === 'webhook' ? 'password' : 'sign'}
                  label={t('sign')}
                  description={kind === 'webhook' ? t('signHint') : t('robotSignHint')}
                  autoComplete="new-password"
                  error={kind === 'webhook' ? fields.password : fields.sign}
                  visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
                />
              )}
            </>
          ) : (
            <>
              <TextInput name="host" label={t('host')} placeholder="smtp.example.com" error={fields.host} required />
              <Group grow align="start">
                <Select
                  label={t('security')}
                  value={security}
                  allowDeselect={false}
                  onChange={(value) => {
                    const chosen = SECURITY.find((s) => s === value) ?? 'starttls';
                    setSecurity(chosen);
                    setPort(PORTS[chosen]);
                  }}
                  data={SECURITY.map((value) => ({ value, label: t(`securities.${value}`) }))}
                />
                <NumberInput
                  label={t('port')}
                  value={port}
                  onChange={setPort}
                  min={1}
                  max={65_535}
                  hideControls
                  error={fields.port}
                  required
                />
              </Group>
              <TextInput name="user" label={t('user')} description={t('userHint')} autoComplete="off" error={fields.user} />
              <PasswordInput
                name="password"
                label={t('password')}
                description={t('passwordHint')}
                autoComplete="new-password"
                error={fields.password}
                visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
              />
              <TextInput name="from" type="email" label={t('from')} error={fields.from} required />
              <TagsInput
                label={t('to')}
                description={t('toHint')}
                value={to}
                onChange={setTo}
                acceptValueOnBlur
                error={fields.to ?? Object.entries(fields).find(([path]) => path.startsWith('to.'))?.[1]}
                required={to.length === 0}
              />
            </>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              {parts('cancel')}
            </Button>
            <Button type="submit" loading={create.isPending}>
              {t('create')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
