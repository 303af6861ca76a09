'use client';
import { useTranslations } from 'next-intl';

const KNOWN = new Set(['tag.read', 'tag.write', 'alarm.raise', 'notify.send', 'screen.render', 'history.read']);

/** What a capability means for the plant, in a sentence. */
export function useCapability(): (capability: string) => string {
  const t = useTranslations('market.capability');
  return (capability) => (KNOWN.has(capability) ? t(capability.replaceAll('.', '_') as 'tag_read') : t('other', { capability }));
}
