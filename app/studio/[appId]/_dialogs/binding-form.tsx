'use client';
import { Alert, Loader, Select, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useEffect } from 'react';
import { displayUnit } from '#runtime/units/units.ts';
import { useTRPC } from '../../../_client/trpc.ts';
import { useSay, useStudio } from '../_session/use-session.tsx';

export interface Binding {
  readonly assetId: string;
  readonly roles: Readonly<Record<string, { readonly tagId: number } | null>>;
}

/** An asset of the own plant and a tag of it for each role; what fits is offered, the rest is left to a person. */
export function BindingForm({ value, onChange }: { value: Binding | undefined; onChange: (binding: Binding) => void }) {
  const t = useTranslations('studio');
  const say = useSay();
  const trpc = useTRPC();
  const roles = useStudio((state) => state.history.now.roles);
  const found = useQuery(
    trpc.apps.suggestBindings.queryOptions(
      { roles, ...(value ? { assetId: value.assetId } : {}) },
      { placeholderData: (before) => before },
    ),
  );
  const { data } = found;
  const assetId = value?.assetId ?? data?.assetId ?? undefined;

  // Suggestions fill what is open; a person's choice stays.
  useEffect(() => {
    if (!data?.assetId || data.assetId !== assetId) return;
    const next: Record<string, { tagId: number } | null> = {};
    for (const { role, tagId, options } of data.roles) {
      const chosen = value?.roles[role];
      next[role] = chosen && options.some((option) => option.id === chosen.tagId) ? chosen : tagId === null ? null : { tagId };
    }
    if (value?.assetId !== assetId || JSON.stringify(next) !== JSON.stringify(pick(value?.roles ?? {}, Object.keys(next))))
      onChange({ assetId, roles: next });
  }, [data, assetId, value, onChange]);

  if (found.isPending) return <Loader size="sm" aria-label={t('loading')} />;
  if (!data || data.assets.length === 0)
    return (
      <Alert color="gray" variant="outline">
        {t('binding.noTags')}
      </Alert>
    );
  return (
    <Stack gap={8}>
      <Select
        label={t('binding.asset')}
        searchable
        allowDeselect={false}
        data={data.assets.map((asset) => ({ value: asset.id, label: `${asset.code} · ${say(asset.name)} (${asset.tags})` }))}
        value={assetId ?? null}
        onChange={(next) => next && onChange({ assetId: next, roles: {} })}
        data-testid="binding-asset"
      />
      {data.roles.map(({ role, options }) => {
        const fact = roles.find((one) => one.name === role);
        const chosen = value?.roles[role];
        return (
          <Select
            key={role}
            label={fact ? `${say(fact.title)}${fact.unit && fact.unit !== '1' ? ` (${displayUnit(fact.unit)})` : ''}` : role}
            description={fact?.write ? t('role.writes') : undefined}
            withAsterisk={!fact?.optional}
            searchable
            clearable
            nothingFoundMessage={t('binding.noneFits')}
            placeholder={t('binding.choose')}
            data={options.map((option) => ({
              value: String(option.id),
              label: `${option.name}${option.unit && option.unit !== '1' ? ` · ${displayUnit(option.unit)}` : ''}`,
            }))}
            value={chosen ? String(chosen.tagId) : null}
            onChange={(next) =>
              assetId && onChange({ assetId, roles: { ...value?.roles, [role]: next ? { tagId: Number(next) } : null } })
            }
            data-testid={`binding-${role}`}
          />
        );
      })}
    </Stack>
  );
}

const pick = (roles: Binding['roles'], names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, roles[name] ?? null]));

/** Every role that must have a tag has one. */
export const isBound = (binding: Binding | undefined, roles: readonly { name: string; optional: boolean }[]): boolean =>
  binding !== undefined && roles.every((role) => role.optional || binding.roles[role.name]);
