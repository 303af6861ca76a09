'use client';
import { Alert, Button, FileInput, Group, Loader, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useLocale, useTranslations } from 'next-intl';
import { useEffect, useRef, useState } from 'react';
import type { FileFacts, PinAnswer } from '#runtime/replay/pin.ts';
import { displayUnit } from '#runtime/units/units.ts';
import type { ErrorFacts } from '#server/errors.ts';
import { readFailure } from '../../../_client/failure.ts';
import { useTRPCClient } from '../../../_client/trpc.ts';
import { inLanguage } from '../_session/session.ts';
import { useStudio } from '../_session/use-session.tsx';
import { guessColumns } from './guess-columns.ts';
import type { PinSourceInput } from './pinned.ts';

/** As the server takes it; said before anything is sent. */
export const MOST_BYTES = 64 * 1024 * 1024;
const FORMATS = '.csv,.tsv,.txt,.jsonl,.ndjson,.json,.parquet,.xlsx';
const mb = (bytes: number) => Math.ceil(bytes / 1024 / 1024);

type Columns = NonNullable<Extract<PinSourceInput, { kind: 'file' }>['columns']>;

/** A file of measured values: which column is the time, and which is which role. */
export function FileDialog(props: {
  appId: string;
  /** Already dropped. */
  file: File | undefined;
  onPin: (source: PinSourceInput, label: string) => void;
  onClose: () => void;
}) {
  const t = useTranslations('studio-data');
  const locale = useLocale();
  const client = useTRPCClient();
  const roles = useStudio((state) => state.history.now.roles);
  const [file, setFile] = useState(props.file);
  const [kept, setKept] = useState<{ hash: string; facts: FileFacts }>();
  const [wrong, setWrong] = useState<string>();
  const [columns, setColumns] = useState<Columns>();
  const reading = useRef<AbortController>(undefined);

  const read = async (chosen: File) => {
    reading.current?.abort();
    const mine = new AbortController();
    reading.current = mine;
    setFile(chosen);
    setKept(undefined);
    setWrong(undefined);
    if (chosen.size > MOST_BYTES) {
      setWrong(t('map.tooLarge', { name: chosen.name, size: mb(chosen.size), limit: mb(MOST_BYTES) }));
      return;
    }
    try {
      const sent = await fetch('/api/data', {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: chosen,
        signal: mine.signal,
      });
      const said = (await sent.json()) as { hash: string } | { error: ErrorFacts };
      if ('error' in said) return setWrong(inLanguage(said.error.message, locale));
      const source = { kind: 'file' as const, hash: said.hash, name: chosen.name };
      const asked = await client.pins.ask.mutate(
        { appId: props.appId, source },
        { context: { alone: true }, signal: mine.signal },
      );
      if (mine.signal.aborted || 'superseded' in asked) return;
      const answer = JSON.parse(asked.text) as PinAnswer;
      if (answer.kind === 'fault') return setWrong((locale.startsWith('zh') && answer.fault.zh) || answer.fault.message);
      if (answer.kind !== 'columns') return;
      setKept({ hash: said.hash, facts: answer.file });
      setColumns({ ...guessColumns(answer.file, roles), offsetMinutes: -new Date().getTimezoneOffset() });
    } catch (error) {
      if (!mine.signal.aborted) setWrong(readFailure(error, locale).message);
    }
  };
  const first = useRef(props.file);
  const latest = useRef(read);
  latest.current = read;
  useEffect(() => {
    if (first.current) void latest.current(first.current);
    first.current = undefined;
    return () => reading.current?.abort();
  }, []);

  const facts = kept?.facts;
  const names = facts?.columns.map((column) => ({
    value: column.name,
    label: `${column.name} · ${column.sample.slice(0, 2).join(', ')}`.slice(0, 60),
  }));
  return (
    <Modal opened onClose={props.onClose} title={t('map.title')} size="lg" closeButtonProps={{ 'aria-label': t('close') }}>
      <Stack gap={10}>
        <FileInput
          label={t('map.file')}
          description={t('map.fileHelp', { limit: mb(MOST_BYTES) })}
          placeholder={t('map.choose')}
          accept={FORMATS}
          value={file ?? null}
          onChange={(next) => next && void read(next)}
          fileInputProps={{ 'aria-label': t('map.file'), 'data-testid': 'pin-file-input' } as object}
        />
        {wrong && (
          <Alert color="red" variant="outline" role="alert" data-testid="pin-file-wrong">
            {wrong}
          </Alert>
        )}
        {file && !facts && !wrong && <Loader size="sm" aria-label={t('map.reading')} />}
        {facts && columns && names && (
          <>
            <p style={{ margin: 0, color: 'var(--mw-dim)', fontSize: 12 }}>
              {t('map.rows', { count: facts.rows })}
              {facts.refused.count > 0 &&
                ` · ${t('map.refused', { count: facts.refused.count, line: facts.refused.line ?? 0, reason: facts.refused.reason ?? '' })}`}
            </p>
            <Select
              label={t('map.time')}
              description={t('map.timeHelp')}
              data={names}
              value={columns.time || null}
              allowDeselect={false}
              error={columns.time === '' ? t('map.timeNeeded') : undefined}
              onChange={(time) => time && setColumns({ ...columns, time })}
              data-testid="map-time"
            />
            {roles.map((role) => {
              const chosen = columns.roles[role.name];
              const choose = (column: string | null) => {
                const { [role.name]: _gone, ...others } = columns.roles;
                const unit = facts.columns.find((one) => one.name === column)?.unit ?? role.unit;
                setColumns({
                  ...columns,
                  roles: column ? { ...others, [role.name]: { column, ...(unit ? { unit } : {}) } } : others,
                });
              };
              return (
                <Group key={role.name} gap={8} align="flex-end" wrap="nowrap">
                  <Select
                    flex={1}
                    label={`${inLanguage(role.title, locale)}${role.unit && role.unit !== '1' ? ` (${displayUnit(role.unit)})` : ''}`}
                    placeholder={t('map.none')}
                    data={names}
                    value={chosen?.column ?? null}
                    clearable
                    clearButtonProps={{ 'aria-label': t('map.clear') }}
                    onChange={choose}
                    data-testid={`map-${role.name}`}
                  />
                  {role.unit && (
                    <TextInput
                      w={110}
                      label={t('map.unit')}
                      value={chosen?.unit ?? ''}
                      disabled={!chosen}
                      onChange={(event) =>
                        chosen &&
                        setColumns({
                          ...columns,
                          roles: { ...columns.roles, [role.name]: { ...chosen, unit: event.currentTarget.value } },
                        })
                      }
                    />
                  )}
                </Group>
              );
            })}
            {roles.length === 0 && (
              <Alert color="gray" variant="outline">
                {t('map.noRoles')}
              </Alert>
            )}
          </>
        )}
        <Group justify="flex-end" gap={8}>
          <Button variant="default" onClick={props.onClose}>
            {t('cancel')}
          </Button>
          <Button
            disabled={!kept || !columns || columns.time === '' || Object.keys(columns.roles).length === 0}
            onClick={() => {
              if (kept && columns && file) props.onPin({ kind: 'file', hash: kept.hash, name: file.name, columns }, file.name);
            }}
            data-testid="map-pin"
          >
            {t('window.pin')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
