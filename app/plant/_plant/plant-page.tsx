'use client';
import { Button, Loader, TextInput } from '@mantine/core';
import { IconBuildingFactory2, IconCalendarTime, IconPencil, IconPlus, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useMemo, useState } from 'react';
import { assetClassName } from '#runtime/graph/asset-classes.ts';
import type { Plant, PlantAsset, PlantTag } from '#server/plant/read-plant.ts';
import { useTRPC } from '../../_client/trpc.ts';
import { EmptyState } from '../../_parts/empty-state.tsx';
import { ErrorState } from '../../_parts/error-state.tsx';
import { useFormat } from '../../_parts/format.ts';
import { PageHeader } from '../../_parts/page-header.tsx';
import { useMay } from '../../_shell/me.tsx';
import { AssetDialog } from './asset-dialog.tsx';
import { AssetTree } from './asset-tree.tsx';
import classes from './plant.module.css';
import { ShiftsDialog } from './shifts-dialog.tsx';
import { TagDialog } from './tag-dialog.tsx';
import { TagTable } from './tag-table.tsx';

type Dialog =
  | { readonly kind: 'asset'; readonly asset?: PlantAsset; readonly parentId: string | null }
  | { readonly kind: 'shifts'; readonly asset: PlantAsset }
  | { readonly kind: 'tag'; readonly tag?: PlantTag; readonly assetId: string };

export function PlantPage() {
  const t = useTranslations('plant');
  const trpc = useTRPC();
  const may = useMay();
  const plant = useQuery(trpc.plant.read.queryOptions());
  const [dialog, setDialog] = useState<Dialog>();
  const [chosen, setChosen] = useState<string>();
  const write = may('plant.write');
  const selected = plant.data?.assets.find((a) => a.id === chosen) ?? plant.data?.assets.find((a) => a.parentId === null);
  return (
    <div className={classes.page}>
      <PageHeader
        title={t('title')}
        hint={t('hint')}
        actions={
          write && (
            <Button
              leftSection={<IconPlus size={15} />}
              onClick={() => setDialog({ kind: 'asset', parentId: selected?.id ?? null })}
              disabled={!plant.data}
            >
              {t('addAsset')}
            </Button>
          )
        }
      />
      {plant.isPending && <Loader role="status" size="sm" m="md" aria-label={t('loading')} />}
      {plant.error && !plant.data && <ErrorState error={plant.error} retry={() => plant.refetch()} />}
      {plant.data?.assets.length === 0 && (
        <EmptyState
          icon={<IconBuildingFactory2 size={36} stroke={1.4} />}
          title={t('emptyTitle')}
          text={t('emptyText')}
          actions={write && <Button onClick={() => setDialog({ kind: 'asset', parentId: null })}>{t('addSite')}</Button>}
        />
      )}
      {plant.data && selected && (
        <div className={classes.split}>
          <AssetTree plant={plant.data} selected={selected.id} onSelect={setChosen} />
          <Selected plant={plant.data} asset={selected} write={write} onDialog={setDialog} />
        </div>
      )}
      {plant.data && dialog?.kind === 'asset' && (
        <AssetDialog
          plant={plant.data}
          {...(dialog.asset ? { asset: dialog.asset } : {})}
          parentId={dialog.parentId}
          onClose={(saved) => {
            setDialog(undefined);
            if (saved) setChosen(saved);
          }}
        />
      )}
      {dialog?.kind === 'shifts' && <ShiftsDialog asset={dialog.asset} onClose={() => setDialog(undefined)} />}
      {plant.data && dialog?.kind === 'tag' && (
        <TagDialog
          plant={plant.data}
          {...(dialog.tag ? { tag: dialog.tag } : {})}
          assetId={dialog.assetId}
          onClose={() => setDialog(undefined)}
        />
      )}
    </div>
  );
}

function Selected({
  plant,
  asset,
  write,
  onDialog,
}: {
  plant: Plant;
  asset: PlantAsset;
  write: boolean;
  onDialog: (dialog: Dialog) => void;
}) {
  const t = useTranslations('plant');
  const format = useFormat();
  const [filter, setFilter] = useState('');
  const below = useMemo(() => descendants(plant, asset.id), [plant, asset.id]);
  const word = filter.trim().toLowerCase();
  const tags = plant.tags.filter(
    (tag) =>
      below.has(tag.assetId) &&
      (word === '' ||
        [tag.name, tag.title?.en, tag.title?.zh, tag.signal, tag.address].some((x) => x?.toLowerCase().includes(word))),
  );
  return (
    <section className={classes.selected} aria-label={asset.code}>
      <div className={classes.head}>
        <div>
          <h2>
            <span className="mw-mono">{asset.code}</span> {format.text(asset.name)}
          </h2>
          <span className={classes.dim}>
            {t(`levels.${asset.level}`)}
            {asset.assetClass && ` · ${format.text(assetClassName(asset.assetClass))}`}
            {asset.timeZone && ` · ${asset.timeZone}`} · {t('tagCount', { count: tags.length })}
          </span>
        </div>
        <div className={classes.actions}>
          <TextInput
            aria-label={t('filter')}
            placeholder={t('filter')}
            leftSection={<IconSearch size={14} />}
            value={filter}
            onChange={(event) => setFilter(event.currentTarget.value)}
          />
          {write && (
            <>
              <Button
                variant="default"
                leftSection={<IconPencil size={14} />}
                onClick={() => onDialog({ kind: 'asset', asset, parentId: asset.parentId })}
              >
                {t('editAsset')}
              </Button>
              {asset.level !== 'asset' && (
                <Button
                  variant="default"
                  leftSection={<IconCalendarTime size={14} />}
                  onClick={() => onDialog({ kind: 'shifts', asset })}
                >
                  {t('shifts.open')}
                </Button>
              )}
              <Button leftSection={<IconPlus size={14} />} onClick={() => onDialog({ kind: 'tag', assetId: asset.id })}>
                {t('addTag')}
              </Button>
            </>
          )}
        </div>
      </div>
      {tags.length === 0 ? (
        <EmptyState
          title={word ? t('nothingFound') : t('noTagsTitle')}
          text={word ? t('nothingFoundText') : t('noTagsText')}
          actions={
            !word &&
            write && (
              <Button component={Link} href="/sources" variant="default">
                {t('toSources')}
              </Button>
            )
          }
        />
      ) : (
        <TagTable
          plant={plant}
          tags={tags}
          {...(write ? { onEdit: (tag: PlantTag) => onDialog({ kind: 'tag', tag, assetId: tag.assetId }) } : {})}
        />
      )}
    </section>
  );
}

function descendants(plant: Plant, id: string): ReadonlySet<string> {
  const found = new Set([id]);
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const a of plant.assets) if (a.parentId && found.has(a.parentId)) found.add(a.id);
  }
  return found;
}
