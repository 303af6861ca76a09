'use client';
import { useLocale, useTranslations } from 'next-intl';
import { capabilityWords } from '#blocks/sdk/capability-words.ts';

/** What a capability means for the plant, in a sentence. */
export function useCapability(): (capability: string) => string {
  const t = useTranslations('parts');
  const language = useLocale().startsWith('zh') ? 'zh' : 'en';
  return (capability) => capabilityWords(capability)?.[language] ?? t('capability', { capability });
}
