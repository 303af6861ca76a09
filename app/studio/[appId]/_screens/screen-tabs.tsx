'use client';
import { ActionIcon, Menu } from '@mantine/core';
import { IconFilePlus, IconPlus, IconSparkles } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import type { ScreenDocument } from '#runtime/graph/screens.ts';
import { useSay, useSession } from '../_session/use-session.tsx';
import { addScreen, nextScreenId } from './edits.ts';
import classes from './screens.module.css';

/** The screens of the app, and another one: blank or as it would be generated. */
export function ScreenTabs(props: {
  screens: readonly ScreenDocument[];
  screen: ScreenDocument | undefined;
  generated: ScreenDocument;
  mayEdit: boolean;
  onOpen: (screen: string) => void;
}) {
  const t = useTranslations('studio-screens');
  const say = useSay();
  const session = useSession();
  const add = (widgets: ScreenDocument['widgets']) => {
    const id = nextScreenId(props.screens);
    const number = props.screens.length + 1;
    const title = number === 1 ? props.generated.title : { en: `Screen ${number}`, zh: `画面 ${number}` };
    session.editScreens(addScreen({ id, title, widgets }));
    props.onOpen(id);
  };
  return (
    <nav className={classes.tabs} aria-label={t('screens')}>
      {props.screens.map((one) => (
        <button
          key={one.id}
          type="button"
          aria-current={one.id === props.screen?.id ? 'page' : undefined}
          onClick={() => props.onOpen(one.id)}
          data-testid={`screen-tab-${one.id}`}
        >
          {say(one.title) || one.id}
        </button>
      ))}
      {props.mayEdit && (
        <Menu position="bottom-start">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={t('addScreen')} data-testid="screen-add">
              <IconPlus size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconFilePlus size={15} />} onClick={() => add([])} data-testid="screen-add-blank">
              {t('addBlank')}
            </Menu.Item>
            <Menu.Item
              leftSection={<IconSparkles size={15} />}
              onClick={() => add(props.generated.widgets)}
              data-testid="screen-add-generated"
            >
              {t('addGenerated')}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </nav>
  );
}
