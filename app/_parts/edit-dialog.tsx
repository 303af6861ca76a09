'use client';
import { Button, Group, Modal, Stack } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { type ReactNode, type SubmitEvent, useState } from 'react';
import { ConfirmByTyping } from './confirm-by-typing.tsx';
import { ErrorState } from './error-state.tsx';

/** The part of a mutation that a dialog looks at. */
interface Running {
  readonly isPending: boolean;
  readonly error: unknown;
  reset(): void;
}

/** A form about one thing: its fields, what went wrong, save at the right; a thing that is there can be deleted at the left, by its name. */
export function EditDialog({
  title,
  size,
  ready,
  save,
  onSave,
  onClose,
  deletion,
  children,
}: {
  title: ReactNode;
  size?: string;
  /** The form can be saved. */
  ready: boolean;
  save: Running;
  onSave: () => void;
  onClose: () => void;
  /** Absent: a new thing. */
  deletion?: {
    readonly title: ReactNode;
    /** What will be lost. */
    readonly loses: ReactNode;
    /** What must be typed. */
    readonly word: string;
    readonly remove: Running;
    readonly onDelete: () => void;
  };
  children: ReactNode;
}) {
  const t = useTranslations('parts');
  const [deleting, setDeleting] = useState(false);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSave();
  };
  return (
    <>
      <Modal
        opened={!deleting}
        onClose={onClose}
        title={title}
        {...(size ? { size } : {})}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <form onSubmit={submit}>
          <Stack gap="sm">
            {children}
            {save.error ? <ErrorState error={save.error} /> : null}
            <Group justify={deletion ? 'space-between' : 'flex-end'}>
              {deletion && (
                <Button variant="subtle" color="red" onClick={() => setDeleting(true)}>
                  {t('delete')}
                </Button>
              )}
              <Button type="submit" loading={save.isPending} disabled={!ready}>
                {t('save')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
      {deletion && (
        <ConfirmByTyping
          opened={deleting}
          title={deletion.title}
          loses={deletion.remove.error ? <ErrorState error={deletion.remove.error} /> : deletion.loses}
          word={deletion.word}
          action={t('delete')}
          busy={deletion.remove.isPending}
          onConfirm={deletion.onDelete}
          onClose={() => {
            setDeleting(false);
            deletion.remove.reset();
          }}
        />
      )}
    </>
  );
}
