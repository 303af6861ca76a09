import { Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './parts.module.css';

/** Head of a page: its title, one line that says what it is for, its actions at the right. */
export function PageHeader({ title, hint, actions }: { title: ReactNode; hint?: ReactNode; actions?: ReactNode }) {
  return (
    <div className={classes.header}>
      <div>
        <Title order={1}>{title}</Title>
        {hint && <Text c="dimmed">{hint}</Text>}
      </div>
      {actions && <div className={classes.actions}>{actions}</div>}
    </div>
  );
}
