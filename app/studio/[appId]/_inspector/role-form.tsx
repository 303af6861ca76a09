'use client';
import { Button, Checkbox, Group, NumberInput, Select, Stack, TextInput } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { type TagRole, tagRole } from '#runtime/graph/document.ts';
import { UnitInput } from './fields/unit.tsx';
import { Why } from './why.tsx';

const TYPES = ['number', 'integer', 'boolean', 'text', 'wave'] as const;

/** A need of the app: what it is called, what it means, in which unit the graph works. */
export function RoleForm(props: {
  role?: TagRole | undefined;
  taken: readonly string[];
  onSave: (role: TagRole) => void;
  onCancel: () => void;
}) {
  const t = useTranslations('studio');
  const texts = useTranslations('studio-compose');
  const [role, setRole] = useState<TagRole>(
    props.role ?? { name: '', title: { en: '', zh: '' }, type: 'number', unit: '', optional: false, write: false },
  );
  const [tried, setTried] = useState(false);
  const put = (change: Partial<TagRole>) => setRole({ ...role, ...change });
  const nameProblem = props.taken.includes(role.name) && role.name !== props.role?.name ? t('role.taken') : undefined;
  const parsed = tagRole.safeParse(clean(role));
  const badName = parsed.success ? undefined : parsed.error.issues.some((issue) => issue.path[0] === 'name');
  const save = () => {
    setTried(true);
    if (parsed.success && !nameProblem) props.onSave(parsed.data);
  };
  return (
    <Stack gap={8}>
      <TextInput
        label={t('role.name')}
        description={t('role.nameHelp')}
        value={role.name}
        data-autofocus
        error={nameProblem ?? (tried && badName ? t('role.nameBad') : undefined)}
        onChange={(event) => put({ name: event.currentTarget.value })}
        data-testid="role-name"
      />
      <Group grow gap={8}>
        <TextInput
          label={`${t('role.title')} · English`}
          value={role.title.en}
          onChange={(event) => put({ title: { ...role.title, en: event.currentTarget.value } })}
          data-testid="role-title-en"
        />
        <TextInput
          label={`${t('role.title')} · 中文`}
          value={role.title.zh}
          onChange={(event) => put({ title: { ...role.title, zh: event.currentTarget.value } })}
          data-testid="role-title-zh"
        />
      </Group>
      <Group grow gap={8} align="flex-start">
        <Select
          label={t('role.type')}
          data={TYPES.map((value) => ({ value, label: t(`types.${value}`) }))}
          value={role.type}
          allowDeselect={false}
          onChange={(type) => type && put({ type: type as TagRole['type'] })}
          data-testid="role-type"
        />
        {(role.type === 'number' || role.type === 'wave') && (
          <UnitInput label={t('role.unit')} value={role.unit ?? ''} onChange={(unit) => put({ unit })} testId="role-unit" />
        )}
      </Group>
      {role.type === 'number' && (
        <Group grow gap={8}>
          <NumberInput
            label={t('role.low')}
            value={role.range?.[0] ?? ''}
            hideControls
            onChange={(low) => put({ range: rangeOf(low, role.range?.[1]) })}
          />
          <NumberInput
            label={t('role.high')}
            value={role.range?.[1] ?? ''}
            hideControls
            onChange={(high) => put({ range: rangeOf(role.range?.[0], high) })}
          />
        </Group>
      )}
      <Why
        label={texts('role.why')}
        value={role.why}
        onChange={(why) => {
          const { why: _old, ...rest } = role;
          setRole(why ? { ...rest, why } : rest);
        }}
        testId="role-why"
      />
      <Checkbox
        label={t('role.write')}
        checked={role.write}
        onChange={(event) => put({ write: event.currentTarget.checked })}
        data-testid="role-write"
      />
      <Checkbox
        label={t('role.optional')}
        checked={role.optional}
        onChange={(event) => put({ optional: event.currentTarget.checked })}
      />
      <Group justify="flex-end" gap={8}>
        <Button variant="default" onClick={props.onCancel}>
          {t('cancel')}
        </Button>
        <Button onClick={save} data-testid="role-save">
          {t('role.save')}
        </Button>
      </Group>
    </Stack>
  );
}

/** Half a range is kept while the other half is typed; it counts when both are there. */
function rangeOf(low: number | string | undefined, high: number | string | undefined): TagRole['range'] {
  const [a, b] = [low, high].map((value) => (typeof value === 'number' ? value : Number.NaN));
  return a === undefined || b === undefined || (Number.isNaN(a) && Number.isNaN(b)) ? undefined : [a, b];
}

function clean(role: TagRole): TagRole {
  const { unit, range, ...rest } = role;
  const en = role.title.en || role.title.zh || role.name;
  const zh = role.title.zh || role.title.en || role.name;
  const whole = range?.every(Number.isFinite) && range[0] < range[1];
  return { ...rest, title: { en, zh }, ...(unit ? { unit } : {}), ...(whole && range ? { range } : {}) };
}
