'use client';
import { Table, Text } from '@mantine/core';
import { useLocale, useTranslations } from 'next-intl';
import type { ShadowReport } from '#runtime/replay/shadow-count.ts';
import { ShadowDifferences } from './_shadow-differences';

/** What a draft did otherwise than the running version on live data. */
export function ShadowReportView({ report }: { report: ShadowReport }) {
  const t = useTranslations('runs.shadow');
  const locale = useLocale();
  const number = (value: number) => new Intl.NumberFormat(locale, { maximumSignificantDigits: 6 }).format(value);
  const minutes = (report.window.to - report.window.from) / 60_000;
  const { effects, alarms } = report;
  return (
    <div data-testid="shadow-report">
      <Text>{t('head', { version: report.against.version, minutes: number(minutes), rows: number(report.rows) })}</Text>
      <Table mt="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('output')}</Table.Th>
            <Table.Th ta="right">{t('same')}</Table.Th>
            <Table.Th ta="right">{t('changed')}</Table.Th>
            <Table.Th ta="right">{t('missing')}</Table.Th>
            <Table.Th ta="right">{t('added')}</Table.Th>
            <Table.Th>{t('most')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {report.outputs.map((output) => (
            <Table.Tr key={output.name}>
              <Table.Td className="mw-mono">{output.name}</Table.Td>
              <Table.Td ta="right">{number(output.same)}</Table.Td>
              <Table.Td ta="right">{number(output.changed)}</Table.Td>
              <Table.Td ta="right">{number(output.missing)}</Table.Td>
              <Table.Td ta="right">{number(output.added)}</Table.Td>
              <Table.Td>{output.columns.map((one) => `${one.column} ±${number(one.most)}`).join(', ') || '–'}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text mt="sm">{t('alarms', { live: alarms.raised[0], candidate: alarms.raised[1] })}</Text>
      <Text>{t('effects', { same: effects.same, added: effects.added, missing: effects.missing })}</Text>
      {effects.unknown > 0 && <Text c="dimmed">{t('unknown', { count: effects.unknown })}</Text>}
      <ShadowDifferences first={report.first ?? []} />
    </div>
  );
}
