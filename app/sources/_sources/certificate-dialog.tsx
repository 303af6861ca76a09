'use client';
import { Button, Group, Loader, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import type { ConnectionRow } from '#server/sources/list-connections.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { ErrorState } from '../../_parts/error-state.tsx';
import { useFormat } from '../../_parts/format.ts';
import { useMay } from '../../_shell/me.tsx';
import classes from './sources.module.css';

/** Certificates that servers have shown: compare the fingerprint at the device, then decide. */
export function CertificateDialog({ row, onClose }: { row: ConnectionRow; onClose: () => void }) {
  const t = useTranslations('sources');
  const format = useFormat();
  const may = useMay();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const list = useQuery({ ...trpc.sources.certificates.queryOptions({ connectionId: row.id }), staleTime: 0 });
  const decide = useMutation(
    trpc.sources.decideCertificate.mutationOptions({
      onSettled: () => queries.invalidateQueries({ queryKey: trpc.sources.certificates.queryKey() }),
    }),
  );
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('certificatesTitle', { name: row.name })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Stack gap="sm">
        <Text c="dimmed">{t('certificatesHelp')}</Text>
        {list.isPending && <Loader role="status" size="sm" aria-label={t('loading')} />}
        {list.error && <ErrorState error={list.error} retry={() => list.refetch()} />}
        {list.data?.length === 0 && <Text>{t('noCertificates')}</Text>}
        {list.data?.map((c) => (
          <div key={c.id} className={classes.certificate}>
            <strong>{c.subject}</strong>
            <div className="mw-mono">{c.fingerprint.match(/.{1,4}/g)?.join(' ')}</div>
            <div className={classes.dim}>
              {c.validUntil && t('validUntil', { date: format.date(c.validUntil) })} · {t(`certificateStates.${c.state}`)}
              {c.decidedBy && ` · ${c.decidedBy}`}
            </div>
            {may('source.trust') && (
              <Group gap="xs" mt={6}>
                <Button
                  disabled={c.state === 'trusted' || decide.isPending}
                  onClick={() => decide.mutate({ id: c.id, trust: true })}
                >
                  {t('trust')}
                </Button>
                <Button
                  variant="default"
                  disabled={c.state === 'rejected' || decide.isPending}
                  onClick={() => decide.mutate({ id: c.id, trust: false })}
                >
                  {t('reject')}
                </Button>
              </Group>
            )}
          </div>
        ))}
        {decide.error && <ErrorState error={decide.error} />}
      </Stack>
    </Modal>
  );
}
