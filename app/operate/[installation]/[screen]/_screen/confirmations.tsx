'use client';
import { Button } from '@mantine/core';
import { IconUserQuestion } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { readFailure } from '../../../../_client/failure.ts';
import { useTRPC } from '../../../../_client/trpc.ts';
import { useFormat } from '../../../../_parts/format.ts';
import { unitLabel } from '../../../../_parts/unit.ts';
import { useNow } from '../../../../_parts/use-now.ts';
import { useMay } from '../../../../_shell/me.tsx';
import classes from './screen.module.css';
import { useScreen } from './screen-context.tsx';

/** Commands that wait for a person: the question, the value, how long there is time, and two buttons. */
export function Confirmations() {
  const { live } = useScreen();
  const t = useTranslations('operate');
  const locale = useLocale();
  const format = useFormat();
  const may = useMay();
  const trpc = useTRPC();
  const now = useNow(1_000);
  const answer = useMutation(trpc.operate.confirm.mutationOptions());
  const open = live.state?.confirmations ?? [];
  if (open.length === 0) return null;
  return (
    <section className={classes.confirmations} aria-label={t('waiting')} aria-live="assertive">
      {open.map((c) => {
        const left = now === undefined ? undefined : Math.max(0, c.deadline.getTime() - now - live.clockAhead);
        return (
          <div key={c.id} className={classes.confirmation}>
            <IconUserQuestion size={22} stroke={1.7} aria-hidden />
            <div className={classes.grow}>
              <strong>{format.text(c.text)}</strong>
              {c.value !== null && (
                <span>
                  {' '}
                  {format.exact(c.value)} {unitLabel(c.unit)}
                </span>
              )}
              <div className={classes.dim}>
                {c.key}
                {left !== undefined && ` · ${t('timeLeft', { time: format.duration(left) })}`}
                {c.persons > 1 && ` · ${t('agreed', { have: c.agreed.length, need: c.persons })}`}
              </div>
            </div>
            {may('operate.write') && (
              <div className={classes.buttons}>
                <Button
                  size="md"
                  variant="default"
                  disabled={answer.isPending}
                  onClick={() => answer.mutate({ id: c.id, agree: false })}
                >
                  {t('refuse')}
                </Button>
                <Button size="md" disabled={answer.isPending} onClick={() => answer.mutate({ id: c.id, agree: true })}>
                  {t('confirm')}
                </Button>
              </div>
            )}
          </div>
        );
      })}
      {answer.error && <p role="alert">{readFailure(answer.error, locale).message}</p>}
    </section>
  );
}
