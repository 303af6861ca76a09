'use client';
import { ActionIcon, Button, Group, Modal, NumberInput, Select, Stack, Tabs, TextInput } from '@mantine/core';
import { IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { type AppParameter, appParameter, type TagRole } from '#runtime/graph/document.ts';
import { displayUnit } from '#runtime/units/units.ts';
import { putParameter, putRole, removeParameter, removeRole } from '../_edits/roles.ts';
import { useSay, useSession, useStudio } from '../_session/use-session.tsx';
import { UnitInput } from './fields/unit.tsx';
import classes from './inspector.module.css';
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

function Parameters() {
  const t = useTranslations('studio');
  const say = useSay();
  const session = useSession();
  const parameters = useStudio((state) => state.history.now.parameters);
  const [form, setForm] = useState<{ parameter?: AppParameter }>();
  return (
    <div className={classes.body}>
      <p style={{ margin: 0, color: 'var(--mw-dim)' }}>{t('app.parametersHelp')}</p>
      {parameters.map((parameter) => (
        <div key={parameter.key} className={classes.roleRow}>
          <div>
            {say(parameter.title)}
            <br />
            <small className="mw-mono">{`${parameter.key} = ${parameter.default}${parameter.unit ? ` ${displayUnit(parameter.unit)}` : ''}`}</small>
          </div>
          <ActionIcon aria-label={t('parameter.edit', { key: parameter.key })} onClick={() => setForm({ parameter })}>
            <IconPencil size={15} stroke={1.6} />
          </ActionIcon>
          <ActionIcon
            aria-label={t('parameter.remove', { key: parameter.key })}
            onClick={() => session.edit(removeParameter(parameter.key))}
          >
            <IconTrash size={15} stroke={1.6} />
          </ActionIcon>
        </div>
      ))}
      <Button variant="default" leftSection={<IconPlus size={14} />} onClick={() => setForm({})}>
        {t('parameter.create')}
      </Button>
      <Modal
        opened={form !== undefined}
        onClose={() => setForm(undefined)}
        title={t('parameter.title')}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        {form && (
          <ParameterForm
            parameter={form.parameter}
            onSave={(parameter) => {
              session.edit(putParameter(parameter, form.parameter?.key));
              setForm(undefined);
            }}
          />
        )}
      </Modal>
    </div>
  );
}

function ParameterForm({
  parameter,
  onSave,
}: {
  parameter: AppParameter | undefined;
  onSave: (parameter: AppParameter) => void;
}) {
  const t = useTranslations('studio');
  const [draft, setDraft] = useState<AppParameter>(
    parameter ?? { key: '', title: { en: '', zh: '' }, type: 'number', default: 0 },
  );
  const [tried, setTried] = useState(false);
  const named = {
    ...draft,
    title: { en: draft.title.en || draft.title.zh || draft.key, zh: draft.title.zh || draft.title.en || draft.key },
  };
  const parsed = appParameter.safeParse(named);
  return (
    <Stack gap={8}>
      <TextInput
        label={t('parameter.key')}
        value={draft.key}
        error={tried && !parsed.success ? t('role.nameBad') : undefined}
        onChange={(event) => setDraft({ ...draft, key: event.currentTarget.value })}
        data-autofocus
      />
      <Group grow gap={8}>
        <TextInput
          label={`${t('role.title')} · English`}
          value={draft.title.en}
          onChange={(event) => setDraft({ ...draft, title: { ...draft.title, en: event.currentTarget.value } })}
        />
        <TextInput
          label={`${t('role.title')} · 中文`}
          value={draft.title.zh}
          onChange={(event) => setDraft({ ...draft, title: { ...draft.title, zh: event.currentTarget.value } })}
        />
      </Group>
      <Group grow gap={8} align="flex-start">
        <Select
          label={t('role.type')}
          data={['number', 'integer', 'boolean', 'text'].map((value) => ({ value, label: t(`types.${value}`) }))}
          value={draft.type}
          allowDeselect={false}
          onChange={(type) => {
            if (type === 'boolean') setDraft({ ...draft, type, default: false });
            else if (type === 'text') setDraft({ ...draft, type, default: '' });
            else if (type === 'number' || type === 'integer') setDraft({ ...draft, type, default: 0 });
          }}
        />
        {draft.type === 'number' && (
          <UnitInput
            label={t('role.unit')}
            value={draft.unit ?? ''}
            onChange={(unit) => setDraft({ ...draft, unit })}
            testId="parameter-unit"
          />
        )}
      </Group>
      {typeof draft.default === 'number' && (
        <NumberInput
          label={t('parameter.default')}
          value={draft.default}
          onChange={(value) => setDraft({ ...draft, default: Number(value) || 0 })}
        />
      )}
      {typeof draft.default === 'string' && (
        <TextInput
          label={t('parameter.default')}
          value={draft.default}
          onChange={(event) => setDraft({ ...draft, default: event.currentTarget.value })}
        />
      )}
      <Group justify="flex-end">
        <Button
          onClick={() => {
            setTried(true);
            if (parsed.success) onSave(parsed.data);
          }}
        >
          {t('role.save')}
        </Button>
      </Group>
    </Stack>
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
