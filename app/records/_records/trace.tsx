'use client';
import { Anchor, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import type { KindFacts } from '#server/records/describe-kinds.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { ErrorState } from '../../_parts/error-state.tsx';
import { useFormat } from '../../_parts/format.ts';
import { ListTable } from '../../_parts/list-table.tsx';
import { asHeading } from './heading.ts';

/** What a lot or unit is made of and what it went into. */
export function Trace({
  kind,
  code,
  kinds,
  onOpen,
}: {
  kind: 'lot' | 'unit';
  code: string;
  kinds: readonly KindFacts[];
  onOpen: (kind: string, code: string) => void;
}) {
  const t = useTranslations('records');
  const format = useFormat();
  const trpc = useTRPC();
  const trace = useQuery(trpc.records.trace.queryOptions({ kind, code }));
  if (trace.isError) return <ErrorState error={trace.error} retry={() => void trace.refetch()} />;
  if (!trace.data) return null;
  const found = trace.data;
  return (
    <Stack gap="md">
      {(['backward', 'forward'] as const).map((way) => (
        <section key={way}>
          <Title order={3}>{t(way)}</Title>
          {found[way].links.length === 0 ? (
            <Text c="dimmed">{t('noTrace')}</Text>
          ) : (
            <ListTable
              label={t(way)}
              rows={found[way].links}
              rowKey={(link) => `${link.kind} ${link.code} ${link.by}`}
              columns={[
                { label: t('step'), right: true, cell: (link) => link.depth },
                {
                  label: t('kind'),
                  cell: (link) => asHeading(format.text(kinds.find((one) => one.name === link.kind)?.title ?? { en: link.kind })),
                },
                {
                  label: t('code'),
                  cell: (link) => (
                    <Anchor component="button" type="button" onClick={() => onOpen(link.kind, link.code)}>
                      {link.code}
                    </Anchor>
                  ),
                },
                { label: t('through'), mono: true, cell: (link) => link.by },
                {
                  label: t('quantity'),
                  right: true,
                  cell: (link) => (link.quantity === null ? '–' : format.exact(link.quantity)),
                },
              ]}
            />
          )}
          {found[way].more && <Text>{t('moreTrace')}</Text>}
        </section>
      ))}
    </Stack>
  );
}
