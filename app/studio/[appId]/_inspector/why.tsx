import { Textarea } from '@mantine/core';
import { useLocale, useTranslations } from 'next-intl';
import type { Bilingual } from '#runtime/graph/document.ts';

/** Why something is asked of whoever installs the app: in the reader's language, and until it has its own also in the other. */
export function Why(props: {
  label: string;
  value: Bilingual | undefined;
  onChange: (value: Bilingual | undefined) => void;
  testId: string;
}) {
  const t = useTranslations('studio-compose');
  const language = useLocale().startsWith('zh') ? 'zh' : 'en';
  const other = language === 'zh' ? 'en' : 'zh';
  const { value } = props;
  return (
    <Textarea
      label={props.label}
      description={t('role.whyHelp')}
      autosize
      minRows={2}
      value={value?.[language] ?? ''}
      onChange={(event) => {
        const text = event.currentTarget.value;
        const own = value && value[other] !== value[language] ? value[other] : text;
        const next = { en: '', zh: '', [language]: text, [other]: own };
        props.onChange(next.en === '' && next.zh === '' ? undefined : next);
      }}
      data-testid={props.testId}
    />
  );
}
