'use client';
import { ActionIcon, Button, Group } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { useSession, useStudio } from '../_session/use-session.tsx';
import classes from './help.module.css';
import { doneSteps, doStep, TOUR } from './tour-steps.ts';

/** A first app, step by step, by oneself or done for one; it looks at the app and never stands in the way. */
export function Tour(props: { bound: boolean; onBind: () => void; onTest: () => void; onClose: () => void }) {
  const t = useTranslations('studio-compose');
  const session = useSession();
  const document = useStudio((state) => state.history.now);
  const tested = useStudio((state) => state.run !== undefined);
  const done = doneSteps(document, props.bound, tested);
  const step = TOUR.find((one) => !done[one]);
  const help = () => {
    if (step === 'bind') props.onBind();
    else if (step === 'test') props.onTest();
    else if (step) doStep(session, step);
  };
  return (
    <section className={classes.tour} aria-label={t('tour.name')} data-testid="tour">
      <header>
        <small>{step ? t('tour.step', { at: TOUR.indexOf(step) + 1, count: TOUR.length }) : t('tour.name')}</small>
        <ActionIcon aria-label={t('tour.close')} onClick={props.onClose} data-testid="tour-close">
          <IconX size={15} />
        </ActionIcon>
      </header>
      <ol className={classes.steps} aria-hidden>
        {TOUR.map((one) => (
          <li key={one} data-done={done[one] || undefined} />
        ))}
      </ol>
      <div aria-live="polite">
        <h2>{step ? t(`tour.${step}.title`) : t('tour.done')}</h2>
        <p>{step ? t(`tour.${step}.text`) : t('tour.doneText')}</p>
      </div>
      {step && (
        <Group justify="flex-end">
          <Button variant="default" size="xs" onClick={help} data-testid="tour-do">
            {t('tour.doIt')}
          </Button>
        </Group>
      )}
    </section>
  );
}
