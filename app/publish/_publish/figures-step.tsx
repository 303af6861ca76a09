'use client';
import { Checkbox, NumberInput, Select, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useTranslations } from 'next-intl';
import type { Measured } from '#runtime/replay/measure.ts';
import type { Falsifier } from '#runtime/replay/proof.ts';
import { useFormat } from '../../_parts/format.ts';

export interface Figures {
  readonly kept: Readonly<
    Record<string, { readonly expected: number; readonly tolerance: number; readonly source: string } | undefined>
  >;
  readonly falsifier: Falsifier | null;
}
export const figuresReady = (figures: Figures): boolean =>
  figures.falsifier !== null &&
  Object.values(figures.kept).some(Boolean) &&
  Object.values(figures.kept).every((kept) => kept === undefined || kept.source.trim() !== '');

/** The figures that every copy must reproduce, each with its source, and the change that must make one of them fail. */
export function FiguresStep({
  measured,
  value,
  onChange,
}: {
  measured: Measured;
  value: Figures;
  onChange: (value: Figures) => void;
}) {
  const t = useTranslations('publish.wizard');
  const tMarket = useTranslations('market');
  const format = useFormat();
  const keep = (id: string, kept: Figures['kept'][string]) => onChange({ ...value, kept: { ...value.kept, [id]: kept } });
  return (
    <Stack gap={12}>
      <Text c="dimmed">{t('figureText')}</Text>
      <Table.ScrollContainer minWidth={760} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('keep')}</Table.Th>
              <Table.Th>{t('figure')}</Table.Th>
              <Table.Th ta="right">{tMarket('actual')}</Table.Th>
              <Table.Th>{t('expected')}</Table.Th>
              <Table.Th>{t('tolerance')}</Table.Th>
              <Table.Th>{t('source')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {measured.checks
              .filter((check) => check.actual !== null)
              .map((check) => {
                const actual = check.actual ?? 0;
                const kept = value.kept[check.id];
                const title = format.text(check.title);
                return (
                  <Table.Tr key={check.id}>
                    <Table.Td>
                      <Checkbox
                        aria-label={`${t('keep')}: ${title}`}
                        checked={kept !== undefined}
                        onChange={(event) =>
                          keep(
                            check.id,
                            event.currentTarget.checked
                              ? {
                                  expected: actual,
                                  tolerance: Number((Math.abs(actual) * 1e-6).toPrecision(2)),
                                  source: t('sourceDefault'),
                                }
                              : undefined,
                          )
                        }
                        data-testid={`keep-${check.id}`}
                      />
                    </Table.Td>
                    <Table.Td>{title}</Table.Td>
                    <Table.Td ta="right">{format.number(actual, { digits: 6 })}</Table.Td>
                    <Table.Td>
                      {kept && (
                        <NumberInput
                          aria-label={`${t('expected')}: ${title}`}
                          hideControls
                          value={kept.expected}
                          onChange={(next) => typeof next === 'number' && keep(check.id, { ...kept, expected: next })}
                        />
                      )}
                    </Table.Td>
                    <Table.Td>
                      {kept && (
                        <NumberInput
                          aria-label={`${t('tolerance')}: ${title}`}
                          hideControls
                          min={0}
                          value={kept.tolerance}
                          onChange={(next) => typeof next === 'number' && keep(check.id, { ...kept, tolerance: next })}
                        />
                      )}
                    </Table.Td>
                    <Table.Td>
                      {kept && (
                        <TextInput
                          aria-label={`${t('source')}: ${title}`}
                          placeholder={t('sourceHelp')}
                          value={kept.source}
                          onChange={(event) => keep(check.id, { ...kept, source: event.currentTarget.value })}
                        />
                      )}
                    </Table.Td>
                  </Table.Tr>
                );
              })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <FalsifierField measured={measured} value={value.falsifier} onChange={(falsifier) => onChange({ ...value, falsifier })} />
    </Stack>
  );
}

function FalsifierField({
  measured,
  value,
  onChange,
}: {
  measured: Measured;
  value: Falsifier | null;
  onChange: (value: Falsifier | null) => void;
}) {
  const t = useTranslations('publish.wizard');
  const format = useFormat();
  const choice = (node: string, param: string) => `${node}\n${param}`;
  const current = measured.settings.find((one) => one.node === value?.node && one.param === value.param);
  const choose = (id: string | null) => {
    const one = measured.settings.find((setting) => choice(setting.node, setting.param) === id);
    onChange(one ? make(one, typeof one.value === 'number' ? one.value * 2 + 1 : '') : null);
  };
  const make = (one: Measured['settings'][number], changed: number | string): Falsifier => ({
    title: { en: `${one.label.en}: ${one.param} = ${changed}`, zh: `${one.label.zh}：${one.param} = ${changed}` },
    node: one.node,
    param: one.param,
    value: changed,
  });
  return (
    <Stack gap={8} maw={520}>
      <Title order={2} fz={13}>
        {t('falsifier')}
      </Title>
      <Text c="dimmed">{t('falsifierText')}</Text>
      <Select
        label={`${t('node')} · ${t('param')}`}
        searchable
        data={measured.settings.map((one) => ({
          value: choice(one.node, one.param),
          label: `${format.text(one.label)} · ${one.param} (${one.value})`,
        }))}
        value={value ? choice(value.node, value.param) : null}
        onChange={choose}
        data-testid="falsifier"
      />
      {current &&
        value &&
        (typeof current.value === 'number' ? (
          <NumberInput
            label={t('value')}
            value={Number(value.value)}
            onChange={(next) => typeof next === 'number' && onChange(make(current, next))}
          />
        ) : (
          <TextInput
            label={t('value')}
            value={String(value.value)}
            onChange={(event) => onChange(make(current, event.currentTarget.value))}
          />
        ))}
    </Stack>
  );
}
