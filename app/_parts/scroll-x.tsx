import type { ReactNode } from 'react';
import classes from './parts.module.css';

/** A wide table on a narrow screen: scrolls sideways, also with the arrow keys. `label` says what is inside. */
export function ScrollX({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section className={classes.scrollX} tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
