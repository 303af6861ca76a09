'use client';
import { Button, Group, Modal, Select } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPencil, IconPlus } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { TagRole } from '#runtime/graph/document.ts';
import { displayUnit } from '#runtime/units/units.ts';
import { together } from '../../_edits/edit.ts';
import { setParam } from '../../_edits/nodes.ts';
import { putRole } from '../../_edits/roles.ts';
import { inside } from '../../_edits/scope.ts';
import { useSay, useSession, useStudio } from '../../_session/use-session.tsx';
import { type FieldProps, testId } from '../field-props.ts';
import { RoleForm } from '../role-form.tsx';

/** Picks a role of the app or makes one on the spot. */
export function RoleField(props: FieldProps) {
  const t = useTranslations('studio');
  const texts = useTranslations('studio-compose');
  const say = useSay();
  const session = useSession();
  const roles = useStudio((state) => state.history.now.roles);
  const [open, { open: show, close }] = useDisclosure(false);
  const [edited, setEdited] = useState<TagRole>();
  const chosen = roles.find((role) => role.name === props.value);
  return (
    <div style={{ display: 'grid', gap: 6 }}>
      <Select
        label={props.label}
        description={props.help}
        error={props.error}
        withAsterisk={props.required}
        searchable
        clearable
        clearButtonProps={{ 'aria-label': texts('role.unlink') }}
        nothingFoundMessage={t('role.none')}
        data={roles.map((role) => ({
          value: role.name,
          label: `${say(role.title)} (${role.unit ? displayUnit(role.unit) : role.type})`,
        }))}
        value={typeof props.value === 'string' ? props.value : null}
        onChange={(next) => props.change(next ?? undefined)}
        data-testid={testId(props)}
      />
      <Group gap={6}>
        <Button
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => {
            setEdited(undefined);
            show();
          }}
          data-testid="role-create"
        >
          {t('role.create')}
        </Button>
        {chosen && (
          <Button
            variant="default"
            leftSection={<IconPencil size={14} />}
            onClick={() => {
              setEdited(chosen);
              show();
            }}
          >
            {t('role.edit')}
          </Button>
        )}
      </Group>
      <Modal
        opened={open}
        onClose={close}
        title={t(edited ? 'role.edit' : 'role.create')}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <RoleForm
          role={edited}
          taken={roles.map((role) => role.name)}
          onCancel={close}
          onSave={(role) => {
            const { path } = session.get();
            // Roles are the app's, also while one of its subgraphs is open.
            session.editApp(together(putRole(role, edited?.name), inside(path, setParam(props.node, props.name, role.name))));
            close();
          }}
        />
      </Modal>
    </div>
  );
}
