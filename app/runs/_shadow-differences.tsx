'use client';
import { Table, Text, Title } from '@mantine/core';
import { useFormatter, useLocale, useTranslations } from 'next-intl';
import { qualityText } from '#runtime/batch/quality.ts';
import type { ShadowDifference, ShownValue } from '#runtime/replay/shadow-difference.ts';

/** Rows that a person reads; all that are kept are in the programming interface. */
const SHOWN = 50;

/** The first records in which a draft differs from the running version, value by value. */
export function ShadowDifferences({ first }: { first: readonly ShadowDifference[] }) {
  const t = useTranslations('runs.shadow');
  const locale = useLocale();
  const format = useFormatter();
  const number = new Intl.NumberFormat(locale, { maximumSignificantDigits: 9 });
  const said = (value: ShownValue | undefined) => {
    if (!value) return t('alone');
    const text = typeof value.v === 'number' ? number.format(value.v) : value.v === null ? t('noNumber') : String(value.v);
    return value.q === undefined ? text : `${text} ▲ ${qualityText(value.q)}`;
  };
  if (first.length === 0) return null;
  return (
    <>
      <Title order={3} size="h4" mt="md">
        {t('first')}
      </Title>
      <Table data-testid="shadow-differences">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('time')}</Table.Th>
            <Table.Th>{t('key')}</Table.Th>
            <Table.Th>{t('output')}</Table.Th>
            <Table.Th>{t('column')}</Table.Th>
            <Table.Th ta="right">{t('live')}</Table.Th>
            <Table.Th ta="right">{t('candidate')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {first.slice(0, SHOWN).map((one, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes, and a record may differ in several places
            <Table.Tr key={i}>
              <Table.Td className="mw-mono">
                {format.dateTime(new Date(one.time), { dateStyle: 'short', timeStyle: 'medium' })}
              </Table.Td>
              <Table.Td>{one.key}</Table.Td>
              <Table.Td className="mw-mono">{one.output}</Table.Td>
              <Table.Td className="mw-mono">{one.column ?? '–'}</Table.Td>
              <Table.Td ta="right">{one.only === 'live' ? '✓' : said(one.live)}</Table.Td>
              <Table.Td ta="right">{one.only === 'candidate' ? '✓' : said(one.candidate)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {first.length > SHOWN && <Text c="dimmed">{t('tableMore', { count: SHOWN })}</Text>}
    </>
  );
}
