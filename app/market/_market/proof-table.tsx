'use client';
import { Table, Text } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import type { CheckResult, ProofReport } from '#runtime/replay/proof.ts';
import { useFormat } from '../../_parts/format.ts';
import classes from './market.module.css';

export const tally = (proof: ProofReport) => {
  const checks = proof.runs.flatMap((run) => run.checks);
  return { passed: checks.filter((check) => check.pass).length, all: checks.length };
};

/** Every figure of a proof: expected, reproduced, tolerance, source, and the changes that must turn it red. */
export function ProofTable({ proof }: { proof: ProofReport }) {
  const t = useTranslations('market');
  const format = useFormat();
  const figure = (check: CheckResult, value: number) =>
    check.time ? format.time(value * 1000) : format.number(value, { digits: 6 });
  return (
    <Table.ScrollContainer minWidth={560} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
      <Table data-testid="proof-table">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('figure')}</Table.Th>
            <Table.Th ta="right">{t('expected')}</Table.Th>
            <Table.Th ta="right">{t('actual')}</Table.Th>
            <Table.Th>{t('tolerance')}</Table.Th>
            <Table.Th>{t('source')}</Table.Th>
            <Table.Th>{t('result')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {proof.runs.flatMap((run) => [
            <Table.Tr key={run.id} className={classes.run}>
              <Table.Th colSpan={6} scope="colgroup">
                {format.text(run.title)}
              </Table.Th>
            </Table.Tr>,
            ...run.checks.map((check) => (
              <Table.Tr key={`${run.id}/${check.id}`}>
                <Table.Td>{format.text(check.title)}</Table.Td>
                <Table.Td ta="right">{figure(check, check.expected)}</Table.Td>
                <Table.Td ta="right">{check.actual === null ? '–' : figure(check, check.actual)}</Table.Td>
                <Table.Td className={classes.whole}>{toleranceText(check)}</Table.Td>
                <Table.Td>{typeof check.source === 'string' ? check.source : format.text(check.source)}</Table.Td>
                <Table.Td className={classes.whole}>
                  <Verdict good={check.pass} yes={t('pass')} no={t('fail')} />
                </Table.Td>
              </Table.Tr>
            )),
            ...run.falsifiers.map((change) => (
              <Table.Tr key={`${run.id}/${change.title.en}`}>
                <Table.Td colSpan={5}>
                  <Text c="dimmed">{t('falsifier', { title: format.text(change.title) })}</Text>
                </Table.Td>
                <Table.Td className={classes.whole}>
                  <Verdict good={change.red} yes={t('red')} no={t('notRed')} />
                </Table.Td>
              </Table.Tr>
            )),
          ])}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function toleranceText({ tolerance }: CheckResult): string {
  if (!tolerance) return '=';
  return 'absolute' in tolerance ? `± ${short(tolerance.absolute)}` : `± ${short(tolerance.relative * 100)} %`;
}

/** Three digits say how close it must be. */
const short = (value: number) => String(Number(value.toPrecision(3)));

/** Shape and word; colour only for what is wrong. */
function Verdict({ good, yes, no }: { good: boolean; yes: string; no: string }) {
  return good ? (
    <span className={classes.whole}>
      <IconCheck size={13} aria-hidden /> {yes}
    </span>
  ) : (
    <Text span c="var(--mw-p1)" fw={600} className={classes.whole ?? ''}>
      <IconX size={13} aria-hidden /> {no}
    </Text>
  );
}
