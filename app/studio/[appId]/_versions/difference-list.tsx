'use client';
import { useTranslations } from 'next-intl';
import type { Difference } from './difference.ts';
import classes from './versions.module.css';

/** Shape and not colour says what happened: colour is kept for alarms. */
export const SIGN = { added: '+', removed: '−', changed: '~' } as const;

export function DifferenceList(props: {
  differences: readonly Difference[];
  chosen: Difference | undefined;
  onChoose: (one: Difference) => void;
}) {
  const t = useTranslations('studio-versions');
  if (props.differences.length === 0) return <p className={classes.same}>{t('compare.same')}</p>;
  return (
    <ul className={classes.list} aria-label={t('compare.list')} data-testid="difference-list">
      {props.differences.map((one) => (
        <li key={`${one.kind}/${one.name}`}>
          <button
            type="button"
            aria-current={one === props.chosen}
            onClick={() => props.onChoose(one)}
            data-testid={`difference-${one.kind}-${one.name}`}
          >
            <span className={classes.sign} data-change={one.change} aria-hidden>
              {SIGN[one.change]}
            </span>
            <span>
              <b>{one.name}</b>
              <small>
                {t(`kind.${one.kind}`)} · {t(`difference.${one.change}`)}
              </small>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
