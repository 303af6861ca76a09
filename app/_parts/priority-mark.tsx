'use client';
import { useTranslations } from 'next-intl';
import classes from './parts.module.css';

export type AlarmPriority = 1 | 2 | 3 | 4;

/** Priority by shape, colour and text: square red, triangle amber, circle violet, small grey diamond. Hollow when the condition is over. */
export function PriorityMark({
  priority,
  size = 14,
  hollow = false,
  text = true,
}: {
  priority: number;
  size?: number;
  hollow?: boolean;
  /** Without the letter and number beside it; the shape then carries the name for screen readers. */
  text?: boolean;
}) {
  const t = useTranslations('parts');
  const level: AlarmPriority = priority <= 1 ? 1 : priority === 2 ? 2 : priority === 3 ? 3 : 4;
  const colour = `var(--mw-p${level})`;
  const paint = hollow ? { fill: 'none', stroke: colour, strokeWidth: 2 } : { fill: colour, stroke: colour, strokeWidth: 2 };
  const name = t(`priority.${level}`);
  return (
    <span className={classes.priority}>
      {/* biome-ignore lint/a11y/noSvgWithoutTitle: it has its name as a label, or is hidden beside text. */}
      <svg
        width={size}
        height={size}
        viewBox="0 0 14 14"
        strokeLinejoin="round"
        {...(text ? { 'aria-hidden': true } : { role: 'img', 'aria-label': name })}
      >
        {level === 1 && <rect x="1.5" y="1.5" width="11" height="11" {...paint} />}
        {level === 2 && <path d="M7 1.8 12.8 12H1.2Z" {...paint} />}
        {level === 3 && <circle cx="7" cy="7" r="5.4" {...paint} />}
        {level === 4 && <path d="M7 3 11 7 7 11 3 7Z" {...paint} />}
      </svg>
      {text && (
        <span className={classes.priorityText} title={name}>
          P{level}
        </span>
      )}
    </span>
  );
}
