'use client';
import { Tooltip } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { BAD, classOf, isGood, subCodeOf } from '#runtime/batch/quality.ts';
import { useFormat } from './format.ts';
import classes from './parts.module.css';
import { SimulatedBadge } from './simulated-badge.tsx';
import { unitLabel } from './unit.ts';
import { useNow } from './use-now.ts';

export interface ValueProps {
  /** Number in `unit`, boolean or text; absent when nothing has arrived yet. */
  readonly value: number | boolean | string | null | undefined;
  /** UCUM. */
  readonly unit?: string | null;
  /** Byte of `runtime/batch/quality.ts`; absent = good. */
  readonly quality?: number;
  /** Event time, epoch ms. */
  readonly at?: number | null;
  /** Older than this is drawn stale; absent = never. */
  readonly staleAfterMs?: number;
  readonly simulated?: boolean;
  /** `table` 12 px, `card` 18 px, `wall` 28 px. */
  readonly size?: 'table' | 'card' | 'wall';
  /** Says the age beside the value, not only in the tooltip and when stale. */
  readonly showAge?: boolean;
  readonly digits?: number;
}

/** A value as it must be shown everywhere: with unit, quality and age; what is stale or bad is seen to be. */
export function Value({ value, unit, quality = 0, at, staleAfterMs, simulated, size = 'table', showAge, digits }: ValueProps) {
  const t = useTranslations('parts');
  const format = useFormat();
  const now = useNow(at == null ? undefined : 1_000);
  const age = at == null || now === undefined ? undefined : Math.max(0, now - at);
  const stale = age !== undefined && staleAfterMs !== undefined && age > staleAfterMs;
  const bad = quality >= BAD;
  const text =
    value == null
      ? '–'
      : typeof value === 'number'
        ? format.number(value, digits === undefined ? {} : { digits })
        : typeof value === 'boolean'
          ? t(value ? 'on' : 'off')
          : value;
  const sub = subCodeOf(quality);
  const problem = isGood(quality) ? undefined : sub === 'none' ? t(`quality.${classOf(quality)}`) : t(`qualityCode.${sub}`);
  const state = bad ? 'bad' : stale ? 'stale' : isGood(quality) ? undefined : 'uncertain';
  const hint = [
    problem,
    at == null ? t('neverArrived') : t('measuredAt', { time: format.dateTime(at) }),
    stale && age !== undefined ? t('staleSince', { age: format.duration(age) }) : undefined,
  ].filter(Boolean);
  return (
    <Tooltip label={hint.join(' · ')}>
      <span className={classes.value} data-size={size} data-state={state}>
        <data className={classes.figure} value={value == null ? '' : String(value)}>
          {text}
        </data>
        {unit && value != null && typeof value === 'number' && <span className={classes.unit}>{unitLabel(unit)}</span>}
        {problem && <span className={classes.quality}>{problem}</span>}
        {(stale || showAge) && age !== undefined && (
          <span className={classes.age}>{t(stale ? 'staleAge' : 'age', { age: format.duration(age) })}</span>
        )}
        {simulated && <SimulatedBadge />}
      </span>
    </Tooltip>
  );
}
