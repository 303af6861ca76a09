'use client';
import { IconBuilding, IconBuildingFactory2, IconEngine, IconLayoutGrid, IconLine } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { type KeyboardEvent, useRef } from 'react';
import type { Plant, PlantAsset } from '#server/plant/read-plant.ts';
import { useFormat } from '../../_parts/format.ts';
import classes from './plant.module.css';

const ICONS = {
  site: IconBuildingFactory2,
  area: IconBuilding,
  line: IconLine,
  cell: IconLayoutGrid,
  asset: IconEngine,
} as const;

/** The equipment hierarchy; arrow keys move, as in every tree. */
export function AssetTree({ plant, selected, onSelect }: { plant: Plant; selected: string; onSelect: (id: string) => void }) {
  const t = useTranslations('plant');
  const format = useFormat();
  const box = useRef<HTMLDivElement>(null);
  const rows: { asset: PlantAsset; depth: number }[] = [];
  const walk = (parentId: string | null, depth: number) => {
    for (const asset of plant.assets)
      if (asset.parentId === parentId) {
        rows.push({ asset, depth });
        walk(asset.id, depth + 1);
      }
  };
  walk(null, 0);
  const go = (event: KeyboardEvent, index: number) => {
    const to = event.key === 'ArrowDown' ? index + 1 : event.key === 'ArrowUp' ? index - 1 : undefined;
    const row = to === undefined ? undefined : rows[to];
    if (!row) return;
    event.preventDefault();
    onSelect(row.asset.id);
    box.current?.querySelector<HTMLElement>(`[data-id="${row.asset.id}"]`)?.focus();
  };
  return (
    <div ref={box} className={classes.tree} role="tree" aria-label={t('tree')}>
      {rows.map(({ asset, depth }, index) => {
        const Icon = ICONS[asset.level];
        return (
          <div
            key={asset.id}
            role="treeitem"
            data-id={asset.id}
            aria-level={depth + 1}
            aria-selected={asset.id === selected}
            tabIndex={asset.id === selected ? 0 : -1}
            className={classes.node}
            style={{ paddingLeft: 10 + depth * 16 }}
            onClick={() => onSelect(asset.id)}
            onKeyDown={(event) => go(event, index)}
          >
            <Icon size={15} stroke={1.6} aria-hidden />
            <span className="mw-mono">{asset.code}</span>
            {format.text(asset.name) !== asset.code && <span className={classes.nodeName}>{format.text(asset.name)}</span>}
          </div>
        );
      })}
    </div>
  );
}
