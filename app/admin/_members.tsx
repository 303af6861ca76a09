'use client';
import { ActionIcon, Button, Group, Modal, MultiSelect, Stack, Text, TextInput, Tooltip } from '@mantine/core';
import { IconUserMinus, IconUserPlus, IconX } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { type SubmitEvent, useCallback, useState } from 'react';
import type { AccessRole } from '#server/access.ts';
import { isRole, ROLES } from '#server/access.ts';
import { readFailure } from '../_client/failure.ts';
import { useTRPC } from '../_client/trpc.ts';
import { CopyLine } from '../_parts/copy-line.tsx';
import { ErrorState } from '../_parts/error-state.tsx';
import { useFormat } from '../_parts/format.ts';
import { ListTable } from '../_parts/list-table.tsx';
import { Panel } from '../_parts/panel.tsx';
import { useMe } from '../_shell/me.tsx';
import { AdminList } from './_list.tsx';

export function Members() {
  const t = useTranslations('admin.members');
  const trpc = useTRPC();
  const queries = useQueryClient();
  const members = useQuery(trpc.members.list.queryOptions());
  const me = useMe();
  const [inviting, setInviting] = useState(false);
  const reload = () => queries.invalidateQueries({ queryKey: trpc.members.pathKey() });
  const change = useMutation(trpc.members.changeRole.mutationOptions({ onSettled: reload }));
  const remove = useMutation(trpc.members.remove.mutationOptions({ onSettled: reload }));
  const begin = useCallback(() => setInviting(true), []);
  return (
    <AdminList
      title={t('title')}
      rows={members.data}
      problem={change.error ?? remove.error ?? members.error}
      add={{ id: 'invite', label: t('invite'), icon: <IconUserPlus size={16} />, run: begin }}
      columns={[
        {
          label: t('name'),
          cell: (member) => (
            <>
              {member.name}
              {member.userId === me?.user.id && <Text span c="dimmed">{` ${t('you')}`}</Text>}
            </>
          ),
        },
        { label: t('email'), cell: (member) => member.email },
        {
          label: t('roles'),
          least: 260,
          cell: (member) => (
            <RolePicker
              label={t('rolesOf', { name: member.name })}
              value={member.roles}
              platform={me?.org?.platform ?? false}
              onChange={(roles) => roles.length > 0 && change.mutate({ memberId: member.id, roles })}
            />
          ),
        },
      ]}
      removal={{
        label: t('remove'),
        labelOf: (name) => t('removeName', { name }),
        icon: <IconUserMinus size={16} stroke={1.7} />,
        loses: (name) => t('removeLoses', { name }),
        busy: remove.isPending,
        remove: (member) => remove.mutateAsync({ memberId: member.id }),
      }}
    >
      <Invitations />
      <Invite opened={inviting} onClose={() => setInviting(false)} />
    </AdminList>
  );
}

/** The role reviewer exists on the platform's side only. */
function RolePicker({
  label,
  visibleLabel,
  value,
  platform,
  onChange,
}: {
  label: string;
  visibleLabel?: string;
  value: readonly AccessRole[];
  platform: boolean;
  onChange: (roles: AccessRole[]) => void;
}) {
  const roles = useTranslations('roles');
  const hints = useTranslations('admin.roleHints');
  return (
    <MultiSelect
      {...(visibleLabel ? { label: visibleLabel } : { 'aria-label': label })}
      value={[...value]}
      onChange={(next) => onChange(next.filter(isRole))}
      data={ROLES.filter((role) => role !== 'reviewer' || platform).map((role) => ({ value: role, label: roles(role) }))}
      renderOption={({ option }) => (
        <div>
          {option.label}
          <Text c="dimmed">{isRole(option.value) ? hints(option.value) : ''}</Text>
        </div>
      )}
      hidePickedOptions={false}
    />
  );
}

function Invitations() {
  const t = useTranslations('admin.members');
  const roles = useTranslations('roles');
  const shell = useTranslations('shell');
  const format = useFormat();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const open = useQuery(trpc.members.invitations.queryOptions());
  const withdraw = useMutation(
    trpc.members.withdraw.mutationOptions({ onSettled: () => queries.invalidateQueries({ queryKey: trpc.members.pathKey() }) }),
  );
  if (!open.data?.length) return null;
  return (
    <Panel flush title={t('open')}>
      {withdraw.error && <ErrorState error={withdraw.error} />}
      <ListTable
        label={t('open')}
        rows={open.data}
        rowKey={(invitation) => invitation.id}
        columns={[
          { label: t('email'), cell: (invitation) => invitation.email },
          { label: t('roles'), cell: (invitation) => invitation.roles.map((role) => roles(role)).join(shell('listSeparator')) },
          {
            label: t('until'),
            cell: (invitation) => (invitation.expired ? t('expired') : format.dateTime(invitation.expiresAt)),
          },
          { label: t('link'), most: 320, cell: (invitation) => <CopyLine text={linkOf(invitation.id)} /> },
          {
            label: t('actions'),
            hidden: true,
            width: 50,
            cell: (invitation) => (
              <Tooltip label={t('withdraw')}>
                <ActionIcon
                  aria-label={t('withdrawFrom', { email: invitation.email })}
                  onClick={() => withdraw.mutate({ id: invitation.id })}
                >
                  <IconX size={16} stroke={1.7} />
                </ActionIcon>
              </Tooltip>
            ),
          },
        ]}
      />
    </Panel>
  );
}

function linkOf(id: string): string {
  return `${window.location.origin}/invite/${id}`;
}

function Invite({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const t = useTranslations('admin.members');
  const parts = useTranslations('parts');
  const locale = useLocale();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const me = useMe();
  const [email, setEmail] = useState('');
  const [roles, setRoles] = useState<AccessRole[]>(['operator']);
  const invite = useMutation(
    trpc.members.invite.mutationOptions({ onSettled: () => queries.invalidateQueries({ queryKey: trpc.members.pathKey() }) }),
  );
  const failure = invite.error ? readFailure(invite.error, locale) : undefined;
  const close = () => {
    onClose();
    invite.reset();
    setEmail('');
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    invite.mutate({ email, roles });
  };
  return (
    <Modal opened={opened} onClose={close} title={t('invite')} closeButtonProps={{ 'aria-label': parts('close') }}>
      {invite.data ? (
        <Stack gap="sm">
          <Text>{t('invited', { email })}</Text>
          <CopyLine text={linkOf(invite.data.id)} />
          <Group justify="flex-end">
            <Button onClick={close}>{parts('close')}</Button>
          </Group>
        </Stack>
      ) : (
        <form onSubmit={submit}>
          <Stack gap="sm">
            <TextInput
              type="email"
              label={t('email')}
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
              error={failure ? (failure.fields.email ?? failure.message) : undefined}
              required
              data-autofocus
            />
            <RolePicker
              label={t('roles')}
              visibleLabel={t('roles')}
              value={roles}
              platform={me?.org?.platform ?? false}
              onChange={setRoles}
            />
            <Group justify="flex-end" gap="xs">
              <Button variant="default" onClick={close}>
                {parts('cancel')}
              </Button>
              <Button type="submit" loading={invite.isPending} disabled={roles.length === 0}>
                {t('makeLink')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
