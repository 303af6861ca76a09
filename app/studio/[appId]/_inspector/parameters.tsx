'use client';
import { ActionIcon, Button, Group, Modal, NumberInput, Select, Stack, Switch, TextInput } from '@mantine/core';
import { IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { type AppParameter, appParameter } from '#runtime/graph/document.ts';
import { displayUnit } from '#runtime/units/units.ts';
import { putParameter, removeParameter } from '../_edits/parameters.ts';
import { useSay, useSession, useStudio } from '../_session/use-session.tsx';
import { UnitInput } from './fields/unit.tsx';
import classes from './inspector.module.css';
import { Why } from './why.tsx';

/** What an installer may set, and where it is made, changed and taken away. */
export function Parameters({ help }: { help?: string }) {
  const t = useTranslations('studio');
  const say = useSay();
  const session = useSession();
  const parameters = useStudio((state) => state.view.parameters);
  const [form, setForm] = useState<{ parameter?: AppParameter }>();
  return (
    <div className={classes.body}>
      <p style={{ margin: 0, color: 'var(--mw-dim)' }}>{help ?? t('app.parametersHelp')}</p>
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
            taken={parameters.map((one) => one.key).filter((key) => key !== form.parameter?.key)}
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

export function ParameterForm({
  parameter,
  taken,
  onSave,
}: {
  parameter: AppParameter | undefined;
  /** Keys of the others. */
  taken: readonly string[];
  onSave: (parameter: AppParameter) => void;
}) {
  const t = useTranslations('studio');
  const texts = useTranslations('studio-compose');
  const [draft, setDraft] = useState<AppParameter>(
    parameter ?? { key: '', title: { en: '', zh: '' }, type: 'number', default: 0 },
  );
  const [tried, setTried] = useState(false);
  const named = {
    ...draft,
    title: { en: draft.title.en || draft.title.zh || draft.key, zh: draft.title.zh || draft.title.en || draft.key },
  };
  const parsed = appParameter.safeParse(named);
  const numeric = typeof draft.default === 'number';
  const outside =
    numeric && draft.range !== undefined && (Number(draft.default) < draft.range[0] || Number(draft.default) > draft.range[1]);
  return (
    <Stack gap={8}>
      <TextInput
        label={t('parameter.key')}
        value={draft.key}
        error={taken.includes(draft.key) ? t('parameter.taken') : tried && !parsed.success ? t('parameter.keyBad') : undefined}
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
            if (type === 'boolean') setDraft({ ...ofAnyType(draft), type, default: false });
            else if (type === 'text') setDraft({ ...ofAnyType(draft), type, default: '' });
            else if (type === 'number' || type === 'integer') setDraft({ ...draft, type, default: numeric ? draft.default : 0 });
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
      {numeric && (
        <NumberInput
          label={t('parameter.default')}
          value={Number(draft.default)}
          error={outside ? t('parameter.outside') : undefined}
          onChange={(value) => setDraft({ ...draft, default: Number(value) || 0 })}
        />
      )}
      {numeric && (
        <Group grow gap={8} align="flex-start">
          {([0, 1] as const).map((end) => (
            <NumberInput
              key={end}
              label={t(end === 0 ? 'parameter.low' : 'parameter.high')}
              value={draft.range?.[end] ?? ''}
              onChange={(value) => setDraft(withEnd(draft, end, value))}
            />
          ))}
        </Group>
      )}
      {typeof draft.default === 'boolean' && (
        <Switch
          label={t('parameter.default')}
          checked={draft.default}
          onChange={(event) => setDraft({ ...draft, default: event.currentTarget.checked })}
        />
      )}
      {typeof draft.default === 'string' && (
        <TextInput
          label={t('parameter.default')}
          value={draft.default}
          onChange={(event) => setDraft({ ...draft, default: event.currentTarget.value })}
        />
      )}
      <Why
        label={texts('parameter.why')}
        value={draft.why}
        onChange={(why) => {
          const { why: _old, ...rest } = draft;
          setDraft(why ? { ...rest, why } : rest);
        }}
        testId="parameter-why"
      />
      <Group justify="flex-end">
        <Button
          data-testid="parameter-save"
          onClick={() => {
            setTried(true);
            if (parsed.success && !outside && !taken.includes(draft.key)) onSave(parsed.data);
          }}
        >
          {t('role.save')}
        </Button>
      </Group>
    </Stack>
  );
}

/** Without what belongs to numbers alone. */
function ofAnyType({ unit: _unit, range: _range, options: _options, ...rest }: AppParameter): AppParameter {
  return rest;
}

/** A range needs both ends; the missing one begins where the default is. */
function withEnd(draft: AppParameter, end: 0 | 1, value: number | string): AppParameter {
  const { range, ...rest } = draft;
  if (typeof value !== 'number') return rest;
  const low = end === 0 ? value : (range?.[0] ?? Math.min(value, Number(draft.default)));
  const high = end === 1 ? value : (range?.[1] ?? Math.max(value, Number(draft.default)));
  return { ...rest, range: [low, high] };
}
