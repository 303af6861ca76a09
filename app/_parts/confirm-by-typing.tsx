'use client';
import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { type ReactNode, type SubmitEvent, useEffect, useState } from 'react';

/** For what cannot be undone: names what will be lost, and wants its name typed. */
export function ConfirmByTyping({
  opened,
  title,
  loses,
  word,
  action,
  busy,
  onConfirm,
  onClose,
}: {
  opened: boolean;
  title: ReactNode;
  /** What will be lost. */
  loses: ReactNode;
  /** What must be typed: the name of the thing. */
  word: string;
  /** Text of the button: the verb. */
  action: ReactNode;
  busy?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}) {
  const t = useTranslations('parts');
  const [typed, setTyped] = useState('');
  useEffect(() => {
    if (!opened) setTyped('');
  }, [opened]);
  const fits = typed.trim() === word.trim();
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (fits) onConfirm();
  };
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('close') }}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Text component="div">{loses}</Text>
          <TextInput
            label={t('typeToConfirm', { word })}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
            data-autofocus
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" color="red" disabled={!fits} loading={busy}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
