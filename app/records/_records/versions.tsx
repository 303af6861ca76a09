'use client';
import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import type { KindFacts } from '#server/records/describe-kinds.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { ErrorState } from '../../_parts/error-state.tsx';
import { useFormat } from '../../_parts/format.ts';
import { ListTable } from '../../_parts/list-table.tsx';
import { asHeading } from './heading.ts';

/** Who did what when and why, and who signed it. */
export function Versions({ kind, code }: { kind: KindFacts; code: string }) {
  const t = useTranslations('records');
  const format = useFormat();
  const trpc = useTRPC();
  const versions = useQuery(trpc.records.versions.queryOptions({ kind: kind.name, code }));
  if (versions.isError) return <ErrorState error={versions.error} retry={() => void versions.refetch()} />;
  const title = (name: string) => format.text(kind.transitions.find((one) => one.name === name)?.title ?? { en: name });
  const state = (name: string) => asHeading(format.text(kind.states.find((one) => one.state === name)?.title ?? { en: name }));
  return (
    <ListTable
      label={t('versions')}
      rows={versions.data ?? []}
      rowKey={(row) => row.version}
      columns={[
        { label: t('version'), right: true, cell: (row) => row.version },
        { label: t('transition'), cell: (row) => title(row.transition) },
        { label: t('state'), cell: (row) => state(row.state) },
        { label: t('at'), cell: (row) => format.dateTime(row.at) },
        {
          label: t('by'),
          cell: (row) =>
            row.person ?? (row.app ? t('app', { name: format.text(row.app) }) : row.by.startsWith('key:') ? t('key') : row.by),
        },
        { label: t('why'), cell: (row) => row.why ?? '–' },
        {
          label: t('signature'),
          cell: ({ signature }) => {
            if (!signature) return '–';
            const said = t('signedBy', { name: signature.name, meaning: format.text(signature.meaning) });
            return signature.holds ? (
              said
            ) : (
              <>
                {said} <Text fw={600}>▲ {t('signatureBroken')}</Text>
              </>
            );
          },
        },
      ]}
    />
  );
}
