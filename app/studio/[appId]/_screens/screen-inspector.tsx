'use client';
import { Button, TextInput } from '@mantine/core';
import { IconArrowLeft, IconArrowRight, IconTrash } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import type { ScreenProblem } from '#runtime/graph/check-screens.ts';
import type { ScreenDocument } from '#runtime/graph/screens.ts';
import inspectorClasses from '../_inspector/inspector.module.css';
import { useSay, useSession } from '../_session/use-session.tsx';
import { moveScreen, removeScreen, setScreenTitle } from './edits.ts';
import classes from './screens.module.css';

/** The screen itself while no widget is chosen, and what is wrong on all of them. */
export function ScreenInspector(props: {
  screen: ScreenDocument | undefined;
  screens: readonly ScreenDocument[];
  problems: readonly ScreenProblem[];
  mayEdit: boolean;
  onOpen: (screen: string) => void;
  onChoose: (widget: string) => void;
}) {
  const { screen, screens, mayEdit } = props;
  const t = useTranslations('studio-screens');
  const say = useSay();
  const session = useSession();
  const at = screens.findIndex((one) => one.id === screen?.id);
  return (
    <aside
      className={`${inspectorClasses.inspector} ${classes.inspector}`}
      aria-label={t('settings')}
      data-testid="screen-inspector"
    >
      <div className={inspectorClasses.head}>
        <h2>{t('screen')}</h2>
      </div>
      <div className={inspectorClasses.body}>
        {screen ? (
          <>
            {(['en', 'zh'] as const).map((language) => (
              <TextInput
                key={`${screen.id}.${language}`}
                label={`${t('title')} · ${language === 'en' ? 'English' : '中文'}`}
                value={screen.title[language]}
                disabled={!mayEdit}
                onChange={(event) =>
                  session.editScreens(
                    setScreenTitle(screen.id, { ...screen.title, [language]: event.currentTarget.value }),
                    `screen-title:${screen.id}.${language}`,
                  )
                }
                data-testid={`screen-title-${language}`}
              />
            ))}
            <p className={classes.help}>{t('chooseWidget')}</p>
            {screens.length > 1 && (
              <div className={classes.row}>
                <Button
                  variant="default"
                  size="xs"
                  leftSection={<IconArrowLeft size={14} />}
                  disabled={!mayEdit || at === 0}
                  onClick={() => session.editScreens(moveScreen(screen.id, -1))}
                >
                  {t('earlier')}
                </Button>
                <Button
                  variant="default"
                  size="xs"
                  leftSection={<IconArrowRight size={14} />}
                  disabled={!mayEdit || at === screens.length - 1}
                  onClick={() => session.editScreens(moveScreen(screen.id, 1))}
                >
                  {t('later')}
                </Button>
              </div>
            )}
            <Button
              variant="default"
              leftSection={<IconTrash size={15} stroke={1.6} />}
              disabled={!mayEdit}
              onClick={() => session.editScreens(removeScreen(screen.id))}
              data-testid="screen-remove"
            >
              {t('removeScreen')}
            </Button>
          </>
        ) : (
          <p className={classes.help}>{t('noScreen')}</p>
        )}
        {props.problems.length > 0 && (
          <section className={inspectorClasses.section}>
            <h3>{t('problems', { count: props.problems.length })}</h3>
            <ul className={classes.problemList} data-testid="screen-problems">
              {props.problems.map((one) => (
                <li key={`${one.screen}${one.widget}${one.code}${one.slot}`}>
                  <button
                    type="button"
                    onClick={() => {
                      props.onOpen(one.screen);
                      props.onChoose(one.widget);
                    }}
                  >
                    <b>{one.widget}</b> {say(one.message)}
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </aside>
  );
}
