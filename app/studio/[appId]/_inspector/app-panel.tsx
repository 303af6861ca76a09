'use client';
import { ActionIcon, Button, Modal, Tabs } from '@mantine/core';
import { IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { TagRole } from '#runtime/graph/document.ts';
import { displayUnit } from '#runtime/units/units.ts';
import { putRole, removeRole } from '../_edits/roles.ts';
import { useSay, useSession, useStudio } from '../_session/use-session.tsx';
import classes from './inspector.module.css';
import { Parameters } from './parameters.tsx';
import { RoleForm } from './role-form.tsx';

/** What belongs to the app as a whole: what it needs of a plant and what an installer may set. */
export function AppPanel() {
  const t = useTranslations('studio');
  return (
    <aside className={classes.inspector} aria-label={t('inspector.name')} data-testid="app-panel">
      <div className={classes.head}>
        <h2>{t('app.title')}</h2>
      </div>
      <Tabs defaultValue="roles" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="roles">{t('app.roles')}</Tabs.Tab>
          <Tabs.Tab value="parameters">{t('app.parameters')}</Tabs.Tab>
          <Tabs.Tab value="outputs">{t('app.outputs')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="roles">
          <Roles />
        </Tabs.Panel>
        <Tabs.Panel value="parameters">
          <Parameters />
        </Tabs.Panel>
        <Tabs.Panel value="outputs">
          <Outputs />
        </Tabs.Panel>
      </Tabs>
    </aside>
  );
}

function Roles() {
  const t = useTranslations('studio');
  const say = useSay();
  const session = useSession();
  const roles = useStudio((state) => state.history.now.roles);
  const [form, setForm] = useState<{ role?: TagRole }>();
  return (
    <div className={classes.body}>
      <p style={{ margin: 0, color: 'var(--mw-dim)' }}>{t('app.rolesHelp')}</p>
      {roles.map((role) => (
        <div key={role.name} className={classes.roleRow}>
          <div>
            {say(role.title)}
            <br />
            <small className="mw-mono">
              {role.name} · {role.unit ? displayUnit(role.unit) : t(`types.${role.type}`)}
              {role.write ? ` · ${t('role.writes')}` : ''}
            </small>
          </div>
          <ActionIcon aria-label={`${t('role.edit')}: ${role.name}`} onClick={() => setForm({ role })}>
            <IconPencil size={15} stroke={1.6} />
          </ActionIcon>
          <ActionIcon aria-label={t('role.remove', { name: role.name })} onClick={() => session.edit(removeRole(role.name))}>
            <IconTrash size={15} stroke={1.6} />
          </ActionIcon>
        </div>
      ))}
      <Button variant="default" leftSection={<IconPlus size={14} />} onClick={() => setForm({})} data-testid="app-role-create">
        {t('role.create')}
      </Button>
      <Modal
        opened={form !== undefined}
        onClose={() => setForm(undefined)}
        title={t(form?.role ? 'role.edit' : 'role.create')}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        {form && (
          <RoleForm
            role={form.role}
            taken={roles.map((role) => role.name)}
            onCancel={() => setForm(undefined)}
            onSave={(role) => {
              session.edit(putRole(role, form.role?.name));
              setForm(undefined);
            }}
          />
        )}
      </Modal>
    </div>
  );
}

function Outputs() {
  const t = useTranslations('studio');
  const session = useSession();
  const outputs = useStudio((state) => state.history.now.outputs);
  return (
    <div className={classes.body}>
      <p style={{ margin: 0, color: 'var(--mw-dim)' }}>{t('app.outputsHelp')}</p>
      {outputs.map((output) => (
        <div key={output.name} className={classes.roleRow}>
          <div>
            <span className="mw-mono">{output.name}</span>
            <br />
            <small>{`${output.from.node}.${output.from.port}`}</small>
          </div>
          <Button variant="subtle" onClick={() => session.show(output.from.node)}>
            {t('app.show')}
          </Button>
        </div>
      ))}
    </div>
  );
}
