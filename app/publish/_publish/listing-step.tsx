'use client';
import { Stack, Textarea, TextInput } from '@mantine/core';
import { useTranslations } from 'next-intl';
import type { Bilingual } from '#runtime/graph/document.ts';
import classes from './publish.module.css';

export interface Listing {
  readonly slug: string;
  readonly version: string;
  readonly title: Bilingual;
  readonly summary: Bilingual;
  readonly readme: Bilingual;
}

/** Both languages are asked for: the marketplace has readers of both. */
export const listingReady = (listing: Listing): boolean =>
  /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(listing.slug) &&
  /^\d+\.\d+\.\d+$/.test(listing.version) &&
  [listing.title, listing.summary, listing.readme].every(({ en, zh }) => en.trim() !== '' && zh.trim() !== '');

/** How the release shows itself in the marketplace. */
export function ListingStep({ value, onChange }: { value: Listing; onChange: (value: Listing) => void }) {
  const t = useTranslations('publish.wizard');
  const tPublish = useTranslations('publish');
  return (
    <Stack gap={12}>
      <div className={classes.pair}>
        <TextInput
          label={t('slug')}
          placeholder="compressor-guard"
          value={value.slug}
          onChange={(event) => onChange({ ...value, slug: event.currentTarget.value })}
          data-testid="slug"
        />
        <TextInput
          label={tPublish('version')}
          value={value.version}
          onChange={(event) => onChange({ ...value, version: event.currentTarget.value })}
          data-testid="version"
        />
      </div>
      {(['title', 'summary', 'readme'] as const).map((field) => (
        <div key={field} className={classes.pair}>
          {(['en', 'zh'] as const).map((language) => {
            const props = {
              label: `${t(field === 'title' ? 'name' : field)} · ${t(language === 'en' ? 'english' : 'chinese')}`,
              value: value[field][language],
              'data-testid': `${field}-${language}`,
              onChange: (event: { currentTarget: { value: string } }) =>
                onChange({ ...value, [field]: { ...value[field], [language]: event.currentTarget.value } }),
            };
            return field === 'readme' ? (
              <Textarea key={language} autosize minRows={5} {...props} />
            ) : (
              <TextInput key={language} {...props} />
            );
          })}
        </div>
      ))}
    </Stack>
  );
}
