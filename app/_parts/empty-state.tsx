import { Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './parts.module.css';

/** An empty list teaches: what would stand here, the next step, and a sample that works. `actions` are buttons. */
export function EmptyState({
  title,
  text,
  actions,
  icon,
}: {
  title: ReactNode;
  text: ReactNode;
  actions?: ReactNode;
  icon?: ReactNode;
}) {
  return (
    <div className={classes.empty}>
      {icon && <div className={classes.emptyIcon}>{icon}</div>}
      <Title order={2}>{title}</Title>
      <Text c="dimmed" maw={460} ta="center">
        {text}
      </Text>
      {actions && <div className={classes.actions}>{actions}</div>}
    </div>
  );
}
