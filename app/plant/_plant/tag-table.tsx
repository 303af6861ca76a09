'use client';
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconChartLine, IconPencil } from '@tabler/icons-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { LiveValue } from '#server/history/live-values.ts';
import type { Plant, PlantTag } from '#server/plant/read-plant.ts';
import { useFormat } from '../../_parts/format.ts';
import { unitLabel } from '../../_parts/unit.ts';
import { Value } from '../../_parts/value.tsx';
import classes from './plant.module.css';
import { useLiveTags } from './use-live-tags.ts';

/** Rows drawn at once; a filter finds the rest faster than scrolling. */
const PAGE = 200;

export function TagTable({ plant, tags, onEdit }: { plant: Plant; tags: readonly PlantTag[]; onEdit?: (tag: PlantTag) => void }) {
  const t = useTranslations('plant');
  const format = useFormat();
  const [shown, setShown] = useState(PAGE);
  const rows = tags.slice(0, shown);
  const { values } = useLiveTags(rows.map((tag) => tag.id));
  const codes = new Map(plant.assets.map((a) => [a.id, a.code]));
  return (
    <>
      <div className={classes.scroll}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{t('tag')}</th>
              <th scope="col">{t('value')}</th>
              <th scope="col">{t('asset')}</th>
              <th scope="col">{t('range')}</th>
              <th scope="col">{t('source')}</th>
              <th scope="col">
                <span className="mw-visually-hidden">{t('actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((tag) => (
              <tr key={tag.id}>
                <th scope="row">
                  <span className="mw-mono">{tag.name}</span>
                  {tag.access === 'rw' && <span className={classes.chip}>{t('writable')}</span>}
                  {tag.title && format.text(tag.title) !== tag.name && (
                    <div className={classes.dim}>{format.text(tag.title)}</div>
                  )}
                </th>
                <td>
                  <TagValue tag={tag} value={values.get(tag.id)} />
                </td>
                <td className="mw-mono" style={{ whiteSpace: 'nowrap' }}>
                  {codes.get(tag.assetId)}
                </td>
                <td className={classes.nowrap}>
                  {tag.low !== null || tag.high !== null
                    ? `${tag.low === null ? '−∞' : format.exact(tag.low)} – ${tag.high === null ? '∞' : format.exact(tag.high)} ${unitLabel(tag.unit)}`
                    : '–'}
                </td>
                <td>
                  {tag.connection ? (
                    <>
                      {tag.connection}
                      {tag.connectionEnabled === false && <span className={classes.chip}>{t('disabled')}</span>}
                      <div className={`mw-mono ${classes.dim}`}>{tag.address}</div>
                    </>
                  ) : (
                    <span className={classes.dim}>{t('noSource')}</span>
                  )}
                </td>
                <td>
                  <div className={classes.rowActions}>
                    <Tooltip label={t('showHistory')}>
                      <ActionIcon
                        component={Link}
                        href={`/history?ids=${tag.id}`}
                        aria-label={t('showHistoryOf', { tag: tag.name })}
                      >
                        <IconChartLine size={16} />
                      </ActionIcon>
                    </Tooltip>
                    {onEdit && (
                      <Tooltip label={t('edit')}>
                        <ActionIcon aria-label={t('editOne', { tag: tag.name })} onClick={() => onEdit(tag)}>
                          <IconPencil size={16} />
                        </ActionIcon>
                      </Tooltip>
                    )}
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {tags.length > shown && (
        <Button variant="default" onClick={() => setShown(shown + PAGE)}>
          {t('showMore', { count: tags.length - shown })}
        </Button>
      )}
    </>
  );
}

function TagValue({ tag, value }: { tag: PlantTag; value: LiveValue | undefined }) {
  const t = useTranslations('plant');
  const other = value?.other ? (JSON.parse(value.other) as { text?: string; wave?: { n: number; rate: number } }) : undefined;
  const text = other?.wave ? t('wave', { n: other.wave.n, rate: other.wave.rate }) : other?.text;
  const shown = text ?? (tag.type === 'boolean' && value?.value != null ? value.value !== 0 : value?.value);
  return (
    <Value
      value={shown}
      unit={tag.unit}
      quality={value?.quality ?? 0}
      at={value?.time ?? null}
      staleAfterMs={tag.staleAfterMs}
      simulated={value?.origin === 'simulated'}
      showAge
    />
  );
}
