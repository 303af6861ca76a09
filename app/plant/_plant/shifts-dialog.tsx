'use client';
import { ActionIcon, Button, Chip, Group, Loader, MultiSelect, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import type { PlantAsset } from '#server/plant/read-plant.ts';
import { readFailure } from '../../_client/failure.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { EditDialog } from '../../_parts/edit-dialog.tsx';
import { ErrorState } from '../../_parts/error-state.tsx';
import { useFormat } from '../../_parts/format.ts';

interface ShiftRow {
  readonly id: number;
  code: string;
  en: string;
  zh: string;
  start: string;
  end: string;
  /** Monday = 1 … Sunday = 7, as text for the picker. */
  days: string[];
}
interface ExceptionRow {
  readonly id: number;
  date: string;
  en: string;
  zh: string;
  shifts: string[];
}
type Found = NonNullable<ReturnType<typeof useCalendar>['data']>;

const WEEK = ['1', '2', '3', '4', '5', '6', '7'];
/** 5 January 2026 is a Monday. */
const dayName = (locale: string, day: string) =>
  new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2026, 0, 4 + Number(day)));
let rows = 0;
/** A name in one language is enough to begin with. */
const named = ({ en, zh }: { en: string; zh: string }, other: string) => ({ en: en || zh || other, zh: zh || en || other });

/** Read anew each time the dialog opens, and not under the hands of whoever is typing. */
function useCalendar(assetId: string) {
  const trpc = useTRPC();
  return useQuery(trpc.schedules.calendar.queryOptions({ assetId }, { gcTime: 0, refetchOnWindowFocus: false }));
}

/** When a place works: its shifts by the wall clock, and the days that are not as their weekday says. */
export function ShiftsDialog({ asset, onClose }: { asset: PlantAsset; onClose: () => void }) {
  const found = useCalendar(asset.id);
  if (found.error) return <ErrorState error={found.error} />;
  if (!found.data) return <Loader role="status" size="sm" m="md" />;
  return <Shifts asset={asset} found={found.data} onClose={onClose} />;
}

function Shifts({ asset, found, onClose }: { asset: PlantAsset; found: Found; onClose: () => void }) {
  const t = useTranslations('plant.shifts');
  const locale = useLocale();
  const format = useFormat();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const [shifts, setShifts] = useState<ShiftRow[]>(() =>
    (
      found.calendar?.shifts ?? [{ code: 'A', name: { en: '', zh: '' }, start: '08:00', end: '20:00', days: [1, 2, 3, 4, 5] }]
    ).map(({ name, days, ...shift }) => ({ ...shift, ...name, id: rows++, days: days.map(String) })),
  );
  const [exceptions, setExceptions] = useState<ExceptionRow[]>(() =>
    (found.calendar?.exceptions ?? []).map(({ name, ...rest }) => ({ ...rest, ...name, id: rows++, shifts: [...rest.shifts] })),
  );
  const done = () => {
    void queries.invalidateQueries(trpc.schedules.pathFilter());
    onClose();
  };
  const save = useMutation(trpc.schedules.saveCalendar.mutationOptions({ onSuccess: done }));
  const remove = useMutation(trpc.schedules.removeCalendar.mutationOptions({ onSuccess: done }));
  const fields = save.error ? readFailure(save.error, locale).fields : {};
  const fieldOf = (list: 'shifts' | 'exceptions', i: number, name: string) =>
    Object.entries(fields).find(([path]) => path.startsWith(`calendar.${list}.${i}.${name}`))?.[1];
  const set = (id: number, change: Partial<ShiftRow>) =>
    setShifts((before) => before.map((one) => (one.id === id ? { ...one, ...change } : one)));
  const setException = (id: number, change: Partial<ExceptionRow>) =>
    setExceptions((before) => before.map((one) => (one.id === id ? { ...one, ...change } : one)));
  const submit = () =>
    save.mutate({
      assetId: asset.id,
      calendar: {
        shifts: shifts.map(({ code, start, end, days, ...name }) => ({
          code,
          name: named(name, code),
          start,
          end,
          days: days.map(Number).sort(),
        })),
        exceptions: exceptions.map(({ date, shifts: codes, ...name }) => ({ date, name: named(name, date), shifts: codes })),
      },
    });
  return (
    <EditDialog
      title={t('title', { place: `${asset.code} ${format.text(asset.name)}` })}
      size="xl"
      ready={shifts.length > 0 && exceptions.every((e) => e.date !== '')}
      save={save}
      onSave={submit}
      onClose={onClose}
      {...(found.own
        ? {
            deletion: {
              title: t('remove'),
              loses: t('removeLoses'),
              word: asset.code,
              remove,
              onDelete: () => remove.mutate({ assetId: asset.id }),
            },
          }
        : {})}
    >
      <Text c="dimmed">
        {t('hint', { zone: found.zone })} {found.calendar && !found.own ? t('inherited') : ''}
      </Text>
      {shifts.map((shift, i) => (
        <div key={shift.id}>
          <Group align="flex-start" gap="xs" wrap="nowrap">
            <TextInput
              label={t('code')}
              value={shift.code}
              onChange={(e) => set(shift.id, { code: e.currentTarget.value })}
              error={fieldOf('shifts', i, 'code')}
              w={90}
              required
            />
            <TextInput label={t('en')} value={shift.en} onChange={(e) => set(shift.id, { en: e.currentTarget.value })} />
            <TextInput label={t('zh')} value={shift.zh} onChange={(e) => set(shift.id, { zh: e.currentTarget.value })} />
            <TextInput
              type="time"
              label={t('start')}
              value={shift.start}
              onChange={(e) => set(shift.id, { start: e.currentTarget.value })}
              error={fieldOf('shifts', i, 'start')}
              required
            />
            <TextInput
              type="time"
              label={t('end')}
              value={shift.end}
              onChange={(e) => set(shift.id, { end: e.currentTarget.value })}
              error={fieldOf('shifts', i, 'end')}
              required
            />
            <ActionIcon
              mt={24}
              aria-label={t('removeShift', { code: shift.code })}
              onClick={() => setShifts((before) => before.filter((one) => one.id !== shift.id))}
            >
              <IconTrash size={16} stroke={1.7} />
            </ActionIcon>
          </Group>
          <Chip.Group multiple value={shift.days} onChange={(days) => set(shift.id, { days })}>
            <Group gap={6} mt={6} role="group" aria-label={t('days')}>
              <Text c="dimmed" size="sm" mr={4}>
                {t('days')}
              </Text>
              {WEEK.map((day) => (
                <Chip key={day} value={day} size="xs" radius="sm">
                  {dayName(locale, day)}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
          {fieldOf('shifts', i, 'days') && (
            <Text c="red" size="xs" role="alert">
              {fieldOf('shifts', i, 'days')}
            </Text>
          )}
        </div>
      ))}
      <Group>
        <Button
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() =>
            setShifts((before) => [
              ...before,
              { id: rows++, code: '', en: '', zh: '', start: '20:00', end: '08:00', days: WEEK.slice(0, 5) },
            ])
          }
        >
          {t('addShift')}
        </Button>
      </Group>
      <Text c="dimmed">{t('exceptionsHint')}</Text>
      {exceptions.map((one, i) => (
        <Group key={one.id} align="flex-start" gap="xs" wrap="nowrap">
          <TextInput
            type="date"
            label={t('date')}
            value={one.date}
            onChange={(e) => setException(one.id, { date: e.currentTarget.value })}
            error={fieldOf('exceptions', i, 'date')}
            required
          />
          <TextInput label={t('en')} value={one.en} onChange={(e) => setException(one.id, { en: e.currentTarget.value })} />
          <TextInput label={t('zh')} value={one.zh} onChange={(e) => setException(one.id, { zh: e.currentTarget.value })} />
          <MultiSelect
            label={t('works')}
            placeholder={one.shifts.length === 0 ? t('closed') : ''}
            data={[...new Set(shifts.map((s) => s.code).filter(Boolean))]}
            value={one.shifts}
            onChange={(codes) => setException(one.id, { shifts: codes })}
            error={fieldOf('exceptions', i, 'shifts')}
            style={{ flex: 1 }}
          />
          <ActionIcon
            mt={24}
            aria-label={t('removeException', { date: one.date })}
            onClick={() => setExceptions((before) => before.filter((e) => e.id !== one.id))}
          >
            <IconTrash size={16} stroke={1.7} />
          </ActionIcon>
        </Group>
      ))}
      <Group>
        <Button
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => setExceptions((before) => [...before, { id: rows++, date: '', en: '', zh: '', shifts: [] }])}
        >
          {t('addException')}
        </Button>
      </Group>
    </EditDialog>
  );
}
