'use client';
import { Badge, Select, Text } from '@mantine/core';
import type { inferRouterOutputs } from '@trpc/server';
import { useTranslations } from 'next-intl';
import type { AppRouter } from '#server/root.ts';
import { useFormat } from '../../_parts/format.ts';
import { unitLabel } from '../../_parts/unit.ts';
import { Value } from '../../_parts/value.tsx';
import classes from './market.module.css';

type Role = inferRouterOutputs<AppRouter>['market']['plan']['roles'][number];

/** One line per role: what it needs, the tag that fills it, how its unit is converted, and its value now. */
export function MappingTable({
  roles,
  tagOf,
  onChoose,
}: {
  roles: readonly Role[];
  tagOf: (role: Role) => number | null;
  onChoose: (role: string, tagId: number | null) => void;
}) {
  const t = useTranslations('market.wizard');
  const tMarket = useTranslations('market');
  const format = useFormat();
  return (
    <table className={classes.mapping} data-testid="mapping">
      <thead>
        <tr>
          <th scope="col">{tMarket('role')}</th>
          <th scope="col">{t('tag')}</th>
          <th scope="col">{t('now')}</th>
        </tr>
      </thead>
      <tbody>
        {roles.map((role) => {
          const tagId = tagOf(role);
          const bound = role.candidates.find((candidate) => candidate.tagId === tagId);
          const needs = role.unit ? unitLabel(role.unit) : role.type;
          return (
            <tr key={role.name}>
              <th scope="row">
                <Text fw={500}>{format.text(role.title)}</Text>
                <Text c="dimmed" fz={12}>
                  {[needs, tMarket(role.optional ? 'optional' : 'required'), role.write && tMarket('writes')]
                    .filter(Boolean)
                    .join(' · ')}
                </Text>
              </th>
              <td>
                {role.candidates.length === 0 ? (
                  <Text>{t('noFit', { needs })}</Text>
                ) : (
                  <Select
                    aria-label={format.text(role.title)}
                    placeholder={t('choose')}
                    searchable
                    clearable={role.optional}
                    allowDeselect={false}
                    value={tagId === null ? null : String(tagId)}
                    onChange={(value) => onChoose(role.name, value === null ? null : Number(value))}
                    data={role.candidates.map((candidate) => ({
                      value: String(candidate.tagId),
                      label: candidate.unit ? `${candidate.name} (${unitLabel(candidate.unit)})` : candidate.name,
                    }))}
                    data-testid={`map-${role.name}`}
                  />
                )}
                {tagId !== null && tagId === role.suggested && (
                  <Badge variant="outline" size="xs" color="gray" mt={4} mr={6}>
                    {t('suggested')}
                  </Badge>
                )}
                {bound?.conversion && (
                  <Badge variant="outline" size="xs" color="gray" mt={4} tt="none" data-testid={`converted-${role.name}`}>
                    {t('converted', { from: unitLabel(bound.conversion.from), to: unitLabel(bound.conversion.to) })}
                  </Badge>
                )}
              </td>
              <td>
                {bound?.now ? (
                  <>
                    <Value
                      value={bound.now.value}
                      unit={bound.unit}
                      quality={bound.now.quality}
                      at={bound.now.time}
                      staleAfterMs={bound.staleAfterMs}
                      simulated={bound.now.simulated}
                    />
                    {bound.conversion && bound.now.value !== null && (
                      <Text c="dimmed" fz={12}>
                        = {format.number(bound.now.value * bound.conversion.gain + bound.conversion.offset)}{' '}
                        {unitLabel(bound.conversion.to)}
                      </Text>
                    )}
                  </>
                ) : (
                  '–'
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
