'use client';
import { useTranslations } from 'next-intl';
import { compareLines, type Difference, type FieldDifference } from './difference.ts';
import classes from './versions.module.css';

/** The properties of one thing before and after; texts of several lines line by line. */
export function DifferenceFields({ difference }: { difference: Difference | undefined }) {
  const t = useTranslations('studio-versions');
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.fields} aria-label={t('compare.fields')} tabIndex={0} data-testid="difference-fields">
      {difference && (
        <>
          <h3>
            {difference.name} <small>{t(`difference.${difference.change}`)}</small>
          </h3>
          {difference.fields.map((one) => (
            <Field key={one.field} {...one} />
          ))}
        </>
      )}
    </section>
  );
}

function Field({ field, was, is }: FieldDifference) {
  const t = useTranslations('studio-versions');
  const [before, after] = [textOf(was), textOf(is)];
  const long = before.includes('\n') || after.includes('\n');
  return (
    <div className={classes.field}>
      <h4 className="mw-mono">{field.replace(/^params\./, '')}</h4>
      {long ? (
        <pre>
          {compareLines(before, after).map(({ mark, text }, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name, and the list is made anew as a whole
            <span key={at} data-mark={mark}>
              {mark} {text}
              {'\n'}
            </span>
          ))}
        </pre>
      ) : (
        <p>
          {before !== '' && (
            <del>
              <span className="mw-visually-hidden">{t('compare.was')}</span> {before}
            </del>
          )}{' '}
          {after !== '' && (
            <ins>
              <span className="mw-visually-hidden">{t('compare.is')}</span> {after}
            </ins>
          )}
        </p>
      )}
    </div>
  );
}

const textOf = (value: unknown): string =>
  value === undefined
    ? ''
    : typeof value === 'string'
      ? value
      : typeof value === 'object'
        ? JSON.stringify(value, null, 1)
        : String(value);
