'use client';
import { ActionIcon, Button, Text, Tooltip } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { type ReactNode, useMemo, useState } from 'react';
import { ConfirmByTyping } from '../_parts/confirm-by-typing.tsx';
import { EmptyState } from '../_parts/empty-state.tsx';
import { ErrorState } from '../_parts/error-state.tsx';
import { type Column, ListTable } from '../_parts/list-table.tsx';
import { Panel } from '../_parts/panel.tsx';
import { usePageActions } from '../_shell/palette.tsx';
import classes from './_admin.module.css';

interface Thing {
  readonly id: string;
  readonly name: string | null;
}

/** What an organization keeps a list of: looked at, added to, and taken away from by typing the name. */
export function AdminList<Row extends Thing>({
  title,
  hint,
  rows,
  columns,
  problem,
  add,
  empty,
  removal,
  children,
}: {
  title: string;
  hint?: ReactNode;
  /** Absent while it is being read. */
  rows: readonly Row[] | undefined;
  columns: readonly Column<Row>[];
  problem: unknown;
  /** `id` names the action for the command palette. */
  add: { readonly id: string; readonly label: string; readonly icon: ReactNode; readonly run: () => void };
  empty?: { readonly title: string; readonly text: string };
  removal: {
    readonly label: string;
    readonly labelOf: (name: string) => string;
    readonly icon: ReactNode;
    readonly loses: (name: string) => string;
    readonly may?: (row: Row) => boolean;
    readonly busy: boolean;
    /** Resolves when it is gone; a refusal is told by `problem`. */
    readonly remove: (row: Row) => Promise<unknown>;
  };
  /** Dialogs and further lists. */
  children?: ReactNode;
}) {
  const t = useTranslations('admin');
  const [doomed, setDoomed] = useState<Row>();
  const { id, label, run } = add;
  usePageActions(useMemo(() => [{ id, label, run }], [id, label, run]));
  const button = (
    <Button leftSection={add.icon} onClick={run}>
      {label}
    </Button>
  );
  const bare = rows?.length === 0 && empty !== undefined;
  const name = doomed?.name ?? '';
  return (
    <div className={classes.stack}>
      {problem ? <ErrorState error={problem} /> : null}
      {hint && <Text c="dimmed">{hint}</Text>}
      <Panel flush title={title} actions={bare ? undefined : button}>
        {bare ? (
          <EmptyState title={empty.title} text={empty.text} actions={button} />
        ) : (
          <ListTable
            label={title}
            rows={rows ?? []}
            rowKey={(row) => row.id}
            columns={[
              ...columns,
              {
                label: t('actions'),
                hidden: true,
                width: 50,
                cell: (row) =>
                  (removal.may?.(row) ?? true) && (
                    <Tooltip label={removal.label}>
                      <ActionIcon aria-label={removal.labelOf(row.name ?? '')} onClick={() => setDoomed(row)}>
                        {removal.icon}
                      </ActionIcon>
                    </Tooltip>
                  ),
              },
            ]}
          />
        )}
      </Panel>
      {children}
      <ConfirmByTyping
        opened={doomed !== undefined}
        title={removal.label}
        loses={removal.loses(name)}
        word={name}
        action={removal.label}
        busy={removal.busy}
        onConfirm={() => doomed && void removal.remove(doomed).then(() => setDoomed(undefined), keepOpen)}
        onClose={() => setDoomed(undefined)}
      />
    </div>
  );
}

/** The refusal stands above the list, in `problem`; the dialog stays for another try. */
const keepOpen = () => undefined;
