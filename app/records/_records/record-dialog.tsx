'use client';
import { Anchor, Badge, Button, Group, Modal, Stack, Table, Tabs, Text, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { KindFacts } from '#server/records/describe-kinds.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { ErrorState } from '../../_parts/error-state.tsx';
import { useFormat } from '../../_parts/format.ts';
import { ListTable } from '../../_parts/list-table.tsx';
import { ChangeDialog, type Step } from './change-dialog.tsx';
import { FieldText } from './field-text.tsx';
import { asHeading } from './heading.ts';
import { Trace } from './trace.tsx';
import { Versions } from './versions.tsx';

/** One record: what it holds, what may be done with it, its versions, what it names and what names it. */
export function RecordDialog({
  kind,
  code,
  kinds,
  onOpen,
  onClose,
}: {
  kind: KindFacts;
  code: string;
  kinds: readonly KindFacts[];
  onOpen: (kind: string, code: string) => void;
  onClose: () => void;
}) {
  const t = useTranslations('records');
  const format = useFormat();
  const trpc = useTRPC();
  const read = useQuery(trpc.records.read.queryOptions({ kind: kind.name, code }));
  const [step, setStep] = useState<Step>();
  const record = read.data;
  const state = kind.states.find((one) => one.state === record?.state);
  const links = [
    ...(record?.names ?? []).map((link) => ({ ...link, way: t('names') })),
    ...(record?.namedBy ?? []).map((link) => ({ ...link, way: t('namedBy') })),
  ];
  if (record && step)
    return (
      <ChangeDialog
        kind={kind}
        transition={step}
        record={record}
        onClose={() => setStep(undefined)}
        onDone={() => setStep(undefined)}
      />
    );
  return (
    <Modal
      opened
      size="xl"
      onClose={onClose}
      title={`${asHeading(format.text(kind.title))} · ${code}`}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {read.isError && <ErrorState error={read.error} retry={() => void read.refetch()} />}
      {record && (
        <Stack gap="sm">
          <Group justify="space-between">
            <Group gap="xs">
              <Badge variant="default" tt="none">
                {asHeading(format.text(state?.title ?? { en: record.state }))}
              </Badge>
              <Text c="dimmed">
                {t('version')} {record.version} · {format.dateTime(record.updatedAt)}
              </Text>
              {record.inForce !== null && record.inForce !== record.version && (
                <Text>{t('inForce', { version: record.inForce })}</Text>
              )}
            </Group>
            <Group gap="xs">
              {record.transitions.map((one) => (
                <Tooltip key={one.name} label={t('notAllowed')} disabled={one.allowed}>
                  <Button variant="default" size="xs" disabled={!one.allowed} onClick={() => setStep(one)}>
                    {format.text(one.title)}
                  </Button>
                </Tooltip>
              ))}
            </Group>
          </Group>
          <Tabs defaultValue="fields" keepMounted={false}>
            <Tabs.List>
              <Tabs.Tab value="fields">{t('fields')}</Tabs.Tab>
              <Tabs.Tab value="versions">{t('versions')}</Tabs.Tab>
              <Tabs.Tab value="links">{t('links')}</Tabs.Tab>
              {(kind.name === 'lot' || kind.name === 'unit') && <Tabs.Tab value="trace">{t('trace')}</Tabs.Tab>}
            </Tabs.List>
            <Tabs.Panel value="fields" pt="sm">
              <Table layout="fixed">
                <Table.Tbody>
                  {Object.entries(kind.fields)
                    .filter(([name]) => record.data[name] !== undefined)
                    .map(([name, field]) => (
                      <Table.Tr key={name}>
                        <Table.Th scope="row" w="30%">
                          {format.text(field.title)}
                        </Table.Th>
                        <Table.Td>
                          <FieldText field={field} value={record.data[name]} />
                        </Table.Td>
                      </Table.Tr>
                    ))}
                </Table.Tbody>
              </Table>
            </Tabs.Panel>
            <Tabs.Panel value="versions" pt="sm">
              <Versions kind={kind} code={code} />
            </Tabs.Panel>
            <Tabs.Panel value="links" pt="sm">
              {links.length === 0 ? (
                <Text c="dimmed">{t('noLinks')}</Text>
              ) : (
                <ListTable
                  label={t('links')}
                  rows={links}
                  rowKey={(link) => `${link.way} ${link.field} ${link.kind} ${link.code}`}
                  columns={[
                    { label: t('links'), cell: (link) => link.way },
                    {
                      label: t('kind'),
                      cell: (link) =>
                        asHeading(format.text(kinds.find((one) => one.name === link.kind)?.title ?? { en: link.kind })),
                    },
                    {
                      label: t('code'),
                      cell: (link) => (
                        <Anchor component="button" type="button" onClick={() => onOpen(link.kind, link.code)}>
                          {link.code}
                        </Anchor>
                      ),
                    },
                    {
                      label: t('quantity'),
                      right: true,
                      cell: (link) => (link.quantity === null ? '–' : format.exact(link.quantity)),
                    },
                  ]}
                />
              )}
            </Tabs.Panel>
            {(kind.name === 'lot' || kind.name === 'unit') && (
              <Tabs.Panel value="trace" pt="sm">
                <Trace kind={kind.name} code={code} kinds={kinds} onOpen={onOpen} />
              </Tabs.Panel>
            )}
          </Tabs>
        </Stack>
      )}
    </Modal>
  );
}
