'use client';
import { Button, Group, Modal, Table, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useTRPC } from '../_client/trpc.ts';
import { EmptyState } from '../_parts/empty-state.tsx';
import { ErrorState } from '../_parts/error-state.tsx';
import { Panel } from '../_parts/panel.tsx';
import { ScrollX } from '../_parts/scroll-x.tsx';
import { useMay } from '../_shell/me.tsx';
import { REFRESH_MS, useText } from './_text.ts';

/** What waits for a person's decision: records that a program could not pass, actions that failed for good. */
export function SetAside() {
  const t = useTranslations('runs');
  const data = useTranslations('studio-data');
  const { language, moment } = useText();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const may = useMay()('app.control');
  const dead = useQuery(trpc.effects.deadLetters.queryOptions(undefined, { refetchInterval: REFRESH_MS }));
  const [shown, setShown] = useState<string>();
  const settle = useMutation(
    trpc.effects.settle.mutationOptions({
      onSuccess: () => setShown(undefined),
      onSettled: () => void queries.invalidateQueries(trpc.effects.pathFilter()),
    }),
  );
  if (dead.isError) return <ErrorState error={dead.error} retry={() => void dead.refetch()} />;
  const { letters = [], effects = [] } = dead.data ?? {};
  if (dead.data && letters.length + effects.length === 0) return <EmptyState title={t('noDead')} text={t('noDeadHelp')} />;
  const decide = (what: Parameters<typeof settle.mutate>[0]['what'], repeatable: boolean, about: string) =>
    may && (
      <Decide
        repeatable={repeatable}
        about={about}
        busy={settle.isPending}
        onRetry={() => settle.mutate({ what, how: 'retry' })}
        onDrop={() => settle.mutate({ what, how: 'drop' })}
      />
    );
  return (
    <>
      {settle.error && <ErrorState error={settle.error} />}
      {letters.length > 0 && (
        <Panel flush title={t('deadRecords')}>
          <ScrollX label={t('deadRecords')}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('when')}</Table.Th>
                  <Table.Th>{t('app')}</Table.Th>
                  <Table.Th>{t('node')}</Table.Th>
                  <Table.Th>{t('reason')}</Table.Th>
                  <Table.Th>
                    <span className="mw-visually-hidden">{t('decide')}</span>
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {letters.map((letter) => {
                  const place = [letter.node, letter.key].filter(Boolean).join(' · ');
                  return (
                    <Table.Tr key={letter.id}>
                      <Table.Td>{moment(letter.createdAt)}</Table.Td>
                      <Table.Td>{letter.app ? letter.app[language] : '–'}</Table.Td>
                      <Table.Td className="mw-mono">{place}</Table.Td>
                      <Table.Td>
                        {letter.reason[language]}
                        {letter.line === null ? '' : ` (${t('line', { line: letter.line })})`}
                        {letter.detail && <div className="mw-mono">{letter.detail}</div>}
                      </Table.Td>
                      <Table.Td>
                        <Group gap="xs" justify="flex-end" wrap="nowrap">
                          {letter.appId && (
                            <Button
                              component={Link}
                              href={`/studio/${letter.appId}?failure=${letter.id}`}
                              variant="default"
                              aria-label={data('failures.studioName', { name: place })}
                            >
                              {data('failures.studio')}
                            </Button>
                          )}
                          {letter.repeatable && (
                            <Button
                              variant="default"
                              onClick={() => setShown(letter.id)}
                              aria-label={t('inspectName', { name: place })}
                            >
                              {t('inspect')}
                            </Button>
                          )}
                          {decide({ letter: letter.id }, letter.repeatable, place)}
                        </Group>
                      </Table.Td>
                    </Table.Tr>
                  );
                })}
              </Table.Tbody>
            </Table>
          </ScrollX>
        </Panel>
      )}
      {effects.length > 0 && (
        <Panel flush title={t('deadActions')}>
          <ScrollX label={t('deadActions')}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('when')}</Table.Th>
                  <Table.Th>{t('app')}</Table.Th>
                  <Table.Th>{t('node')}</Table.Th>
                  <Table.Th>{t('action')}</Table.Th>
                  <Table.Th>{t('reason')}</Table.Th>
                  <Table.Th>
                    <span className="mw-visually-hidden">{t('decide')}</span>
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {effects.map(({ shardId, step, ordinal, ...effect }) => {
                  const place = `${effect.node} · ${effect.key}`;
                  return (
                    <Table.Tr key={`${shardId}.${step}.${ordinal}`}>
                      <Table.Td>{moment(effect.createdAt)}</Table.Td>
                      <Table.Td>{effect.app ? effect.app[language] : '–'}</Table.Td>
                      <Table.Td className="mw-mono">{place}</Table.Td>
                      <Table.Td className="mw-mono">{effect.kind}</Table.Td>
                      <Table.Td>{effect.answer?.reason?.[language]}</Table.Td>
                      <Table.Td>
                        <Group gap="xs" justify="flex-end" wrap="nowrap">
                          {decide({ effect: { shardId, step, ordinal } }, effect.repeatable, place)}
                        </Group>
                      </Table.Td>
                    </Table.Tr>
                  );
                })}
              </Table.Tbody>
            </Table>
          </ScrollX>
        </Panel>
      )}
      {shown && <Letter id={shown} onClose={() => setShown(undefined)} />}
    </>
  );
}

function Decide(props: { repeatable: boolean; about: string; busy: boolean; onRetry: () => void; onDrop: () => void }) {
  const t = useTranslations('runs');
  return (
    <>
      {props.repeatable && (
        <Button
          variant="default"
          disabled={props.busy}
          onClick={props.onRetry}
          aria-label={t('retryName', { name: props.about })}
        >
          {t('retry')}
        </Button>
      )}
      <Button variant="default" disabled={props.busy} onClick={props.onDrop} aria-label={t('dropName', { name: props.about })}>
        {t('drop')}
      </Button>
    </>
  );
}

/** What is inside an entry that was set aside. */
function Letter({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useTranslations('runs');
  const { language, moment, number } = useText();
  const trpc = useTRPC();
  const letter = useQuery(trpc.effects.inspect.queryOptions({ id }));
  const { data } = letter;
  return (
    <Modal opened onClose={onClose} size="lg" title={t('inspect')} closeButtonProps={{ 'aria-label': t('close') }}>
      {letter.isError && <ErrorState error={letter.error} />}
      {data && (
        <>
          <p>
            {data.reason[language]} {data.detail && <span className="mw-mono">{data.detail}</span>}
          </p>
          {data.event && <pre className="mw-mono">{JSON.stringify(data.event, null, 2)}</pre>}
          {data.samples.length > 0 && (
            <ScrollX label={t('inspect')}>
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t('tag')}</Table.Th>
                    <Table.Th>{t('when')}</Table.Th>
                    <Table.Th ta="right">{t('value')}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {data.samples.map((s) => (
                    <Table.Tr key={`${s.tag} ${s.time}`}>
                      <Table.Td>{s.tag}</Table.Td>
                      <Table.Td>{moment(s.time)}</Table.Td>
                      <Table.Td ta="right" className="mw-mono">
                        {s.other ?? `${number(s.value)} ${s.unit ?? ''}`}
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </ScrollX>
          )}
          {data.total > data.samples.length && <Text c="dimmed">{t('more', { count: data.total - data.samples.length })}</Text>}
        </>
      )}
    </Modal>
  );
}
