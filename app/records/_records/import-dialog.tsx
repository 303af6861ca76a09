'use client';
import { Anchor, Button, FileInput, Group, Modal, SegmentedControl, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { inferRouterOutputs } from '@trpc/server';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { KindFacts } from '#server/records/describe-kinds.ts';
import type { AppRouter } from '#server/root.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { ErrorState } from '../../_parts/error-state.tsx';
import { useFormat } from '../../_parts/format.ts';
import { ListTable } from '../../_parts/list-table.tsx';

/** Lines of the preview that a person reads; those that are refused come first. */
const SHOWN = 200;

/** A file that is looked at before it is applied: all of it or nothing. */
export function ImportDialog({ kind, onClose }: { kind: KindFacts; onClose: () => void }) {
  const t = useTranslations('records');
  const format = useFormat();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const template = useQuery(trpc.records.template.queryOptions({ kind: kind.name }));
  const [file, setFile] = useState<{ name: string; base64: string } | null>(null);
  const [existing, setExisting] = useState<'change' | 'skip'>('change');
  const preview = useMutation(trpc.records.previewImport.mutationOptions());
  const apply = useMutation(
    trpc.records.applyImport.mutationOptions({
      onSuccess: (counts) => {
        void queries.invalidateQueries(trpc.records.pathFilter());
        notifications.show({ message: t('imported', counts) });
        onClose();
      },
    }),
  );
  const look = (chosen: typeof file, how: typeof existing) => {
    apply.reset();
    if (chosen) preview.mutate({ kind: kind.name, ...chosen, existing: how });
    else preview.reset();
  };
  const choose = async (chosen: File | null) => {
    const read = chosen && { name: chosen.name, base64: base64Of(new Uint8Array(await chosen.arrayBuffer())) };
    setFile(read);
    look(read, existing);
  };
  const seen = preview.data;
  const faults = seen && linesOf(seen);
  const writes = seen ? seen.counts.create + seen.counts.change : 0;
  return (
    <Modal
      opened
      size="xl"
      onClose={onClose}
      title={t('importTitle', { kind: format.text(kind.plural) })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack gap="sm">
        <FileInput
          label={t('file')}
          description={t('fileHelp')}
          accept=".csv,.tsv,.txt,.xlsx,.json,.jsonl,.parquet"
          onChange={(chosen) => void choose(chosen)}
        />
        {template.data && (
          <Anchor
            download={template.data.name}
            href={`data:text/csv;charset=utf-8,%EF%BB%BF${encodeURIComponent(`${template.data.headings.join(',')}\n`)}`}
          >
            {t('template')}
          </Anchor>
        )}
        <Group>
          <Text>{t('existing')}</Text>
          <SegmentedControl
            aria-label={t('existing')}
            value={existing}
            onChange={(next) => {
              const how = next === 'skip' ? 'skip' : 'change';
              setExisting(how);
              look(file, how);
            }}
            data={[
              { value: 'change', label: t('existingChange') },
              { value: 'skip', label: t('existingSkip') },
            ]}
          />
        </Group>
        {preview.isPending && <Text role="status">{t('checking')}</Text>}
        {preview.error && <ErrorState error={preview.error} />}
        {seen && faults && (
          <>
            <Text role="status">{t('counts', seen.counts)}</Text>
            {seen.unknown.length > 0 && <Text>{t('unknown', { columns: seen.unknown.join(', ') })}</Text>}
            {seen.counts.refused > 0 && <Text fw={600}>{t('nothingRefused')}</Text>}
            <ListTable
              label={t('file')}
              rows={faults.slice(0, SHOWN)}
              rowKey={(row) => `${row.line} ${row.code} ${row.column}`}
              columns={[
                { label: t('line'), right: true, cell: (row) => row.line },
                { label: t('code'), mono: true, cell: (row) => row.code },
                { label: t('action'), cell: (row) => t(`actions.${row.action}`) },
                {
                  label: t('why'),
                  cell: (row) => (row.message ? `${row.column ? `${row.column}: ` : ''}${format.text(row.message)}` : '–'),
                },
              ]}
            />
          </>
        )}
        {apply.error && <ErrorState error={apply.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('cancel')}
          </Button>
          <Button
            loading={apply.isPending}
            disabled={!file || !seen || writes === 0 || seen.counts.refused > 0}
            onClick={() => file && seen && apply.mutate({ kind: kind.name, ...file, existing, hash: seen.hash })}
          >
            {t('apply', { count: writes })}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

type Seen = inferRouterOutputs<AppRouter>['records']['previewImport'];
interface Line {
  readonly line: number;
  readonly code: string;
  readonly action: Seen['lines'][number]['action'];
  readonly column: string;
  readonly message: { readonly en: string; readonly zh: string } | null;
}
function linesOf({ faults, lines }: Seen): Line[] {
  const whole = faults.map((fault): Line => ({ ...fault, code: '–', action: 'refused' }));
  const own = lines.flatMap(({ line, code, action, faults: all }): Line[] =>
    all.length === 0 ? [{ line, code, action, column: '', message: null }] : all.map((one) => ({ ...one, code, action })),
  );
  const refused = (one: Line) => Number(one.action === 'refused');
  return [...whole, ...own.toSorted((a, b) => refused(b) - refused(a) || a.line - b.line)];
}

function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 32_768) text += String.fromCharCode(...bytes.subarray(i, i + 32_768));
  return btoa(text);
}
