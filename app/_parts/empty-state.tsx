import { Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './parts.module.css';

/** An empty list teaches: what would stand here, the next step, and a sample that works. `actions` are buttons. */
export function EmptyState({
  title,
  text,
  actions,
  icon,
  page,
}: {
  title: ReactNode;
  text: ReactNode;
  actions?: ReactNode;
  icon?: ReactNode;
  /** It is the whole page: its title is the page's heading. */
  page?: boolean;
}) {
  return (
    <div className={classes.empty}>
      {icon && <div className={classes.emptyIcon}>{icon}</div>}
      <Title order={page ? 1 : 2}>{title}</Title>
      <Text c="dimmed" maw={460} ta="center">
        {text}
      </Text>
      {actions && <div className={classes.actions}>{actions}</div>}
    </div>
  );
}
