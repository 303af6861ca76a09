'use client';
import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import classes from './parts.module.css';

/** A text to hand on (a link, a key, a hash) with a button that copies it. */
export function CopyLine({ text }: { text: string }) {
  const t = useTranslations('parts');
  return (
    <span className={classes.copyLine}>
      <span className="mw-mono" title={text}>
        {text}
      </span>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? t('copied') : t('copy')}>
            <ActionIcon size={26} aria-label={copied ? t('copied') : t('copy')} onClick={copy}>
              {copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </span>
  );
}
