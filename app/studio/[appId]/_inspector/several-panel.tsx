'use client';
import { ActionIcon, Button, Group, TextInput, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import {
  IconBoxMultiple,
  IconBoxPadding,
  IconCopy,
  IconLayoutAlignBottom,
  IconLayoutAlignCenter,
  IconLayoutAlignLeft,
  IconLayoutAlignMiddle,
  IconLayoutAlignRight,
  IconLayoutAlignTop,
  IconLayoutDistributeHorizontal,
  IconLayoutDistributeVertical,
  IconTrash,
  IconX,
} from '@tabler/icons-react';
import { useLocale, useTranslations } from 'next-intl';
import { NODE_WIDTH, nodeHeight } from '../_canvas/geometry.ts';
import { ALIGNMENTS, type Alignment, alignNodes, distributeNodes } from '../_edits/align.ts';
import { copyText } from '../_edits/clipboard.ts';
import { groupNodes, setGroupTitle, ungroupNodes } from '../_edits/groups.ts';
import { removeNodes } from '../_edits/nodes.ts';
import { subgraphOfChosen } from '../_session/use-keys.ts';
import { useSay, useSession, useView } from '../_session/use-session.tsx';
import classes from './inspector.module.css';

const ICONS: Readonly<Record<Alignment, typeof IconX>> = {
  left: IconLayoutAlignLeft,
  centre: IconLayoutAlignCenter,
  right: IconLayoutAlignRight,
  top: IconLayoutAlignTop,
  middle: IconLayoutAlignMiddle,
  bottom: IconLayoutAlignBottom,
};

/** What can be done with several blocks at once. */
export function SeveralPanel({ ids }: { ids: readonly string[] }) {
  const t = useTranslations('studio-compose');
  const ui = useTranslations('studio');
  const say = useSay();
  const session = useSession();
  const view = useView();
  const language = useLocale().startsWith('zh') ? 'zh' : 'en';
  const size = (id: string) => ({ width: NODE_WIDTH, height: nodeHeight(session.get().facts.manifest(id)) });
  const first = view.nodes.find((node) => node.id === ids[0])?.group;
  const shared = ids.every((id) => view.nodes.find((node) => node.id === id)?.group === first) ? first : undefined;
  const group = view.groups?.find((one) => one.id === shared);
  const title = typeof group?.title === 'object' ? say(group.title) : (group?.title ?? '');
  const copy = async () => {
    await navigator.clipboard.writeText(copyText(view, ids));
    notifications.show({ message: t('several.copied') });
  };
  return (
    <aside className={classes.inspector} aria-label={t('several.name')} data-testid="several-panel">
      <div className={classes.head}>
        <h2>{t('several.title', { count: ids.length })}</h2>
        <ActionIcon aria-label={ui('close')} onClick={() => session.select([])}>
          <IconX size={16} />
        </ActionIcon>
      </div>
      <div className={classes.body}>
        <section className={classes.section}>
          <h3>{t('several.align')}</h3>
          <Group gap={4}>
            {ALIGNMENTS.map((how) => {
              const Icon = ICONS[how];
              return (
                <Tooltip key={how} label={t(`several.${how}`)}>
                  <ActionIcon
                    size={30}
                    variant="default"
                    aria-label={t(`several.${how}`)}
                    onClick={() => session.edit(alignNodes(ids, how, size))}
                    data-testid={`align-${how}`}
                  >
                    <Icon size={17} stroke={1.6} />
                  </ActionIcon>
                </Tooltip>
              );
            })}
          </Group>
        </section>
        <section className={classes.section}>
          <h3>{t('several.spread')}</h3>
          <Group gap={4}>
            {(['x', 'y'] as const).map((axis) => {
              const Icon = axis === 'x' ? IconLayoutDistributeVertical : IconLayoutDistributeHorizontal;
              const label = t(axis === 'x' ? 'several.spreadX' : 'several.spreadY');
              return (
                <Tooltip key={axis} label={label}>
                  <ActionIcon
                    size={30}
                    variant="default"
                    aria-label={label}
                    disabled={ids.length < 3}
                    onClick={() => session.edit(distributeNodes(ids, axis, size))}
                    data-testid={`distribute-${axis}`}
                  >
                    <Icon size={17} stroke={1.6} />
                  </ActionIcon>
                </Tooltip>
              );
            })}
          </Group>
        </section>
        <section className={classes.section}>
          <h3>{t('several.together')}</h3>
          {group ? (
            <>
              <TextInput
                label={t('group.title')}
                value={title}
                onChange={(event) =>
                  session.edit(setGroupTitle(group.id, event.currentTarget.value, language), `group:${group.id}`)
                }
                data-testid="group-title"
              />
              <Button mt={8} fullWidth variant="default" onClick={() => session.edit(ungroupNodes(ids))} data-testid="ungroup">
                {t('group.dissolve')}
              </Button>
            </>
          ) : (
            <Button
              fullWidth
              variant="default"
              leftSection={<IconBoxPadding size={15} stroke={1.6} />}
              onClick={() => session.edit(groupNodes(ids, t('group.untitled')))}
              data-testid="group-make"
            >
              {t('group.make')}
            </Button>
          )}
          <Button
            mt={8}
            fullWidth
            variant="default"
            leftSection={<IconBoxMultiple size={15} stroke={1.6} />}
            onClick={() => subgraphOfChosen(session, t('part.untitled'))}
            data-testid="part-make"
          >
            {t('part.make')}
          </Button>
        </section>
        <Button variant="default" leftSection={<IconCopy size={15} stroke={1.6} />} onClick={() => void copy()}>
          {t('several.copy')}
        </Button>
        <Button
          variant="default"
          leftSection={<IconTrash size={15} stroke={1.6} />}
          onClick={() => session.edit(removeNodes(ids))}
        >
          {t('several.remove')}
        </Button>
      </div>
    </aside>
  );
}
