import { MantineProvider } from '@mantine/core';
import { NextIntlClientProvider } from 'next-intl';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import en from '../_messages/en/retention.json' with { type: 'json' };
import zh from '../_messages/zh/retention.json' with { type: 'json' };
import { RetentionFields } from './retention-fields.tsx';

const render = (locale: 'en' | 'zh', retention: typeof en, sampleDays: number | null) =>
  renderToStaticMarkup(
    <NextIntlClientProvider locale={locale} messages={{ retention }} timeZone="UTC">
      <MantineProvider>
        <RetentionFields
          value={{ sampleDays, largeHours: null }}
          onChange={() => {}}
          above={{ whose: 'asOrganization', rule: { sampleDays: 0, largeHours: 6 } }}
        />
      </MantineProvider>
    </NextIntlClientProvider>,
  );

it('says what holds without a rule, and shows a rule that was set elsewhere, in both languages', () => {
  const english = render('en', en, 45);
  expect(english).toContain('as the organization (ever)');
  expect(english).toContain('as the organization (6 hr)');
  expect(english).toMatch(/<option value="45" selected="">45 days<\/option>/);
  const chinese = render('zh', zh, null);
  expect(chinese).toContain('按组织规则（永久）');
  expect(chinese).toMatch(/<option value="" selected="">按组织规则（永久）<\/option>/);
  expect(chinese).toMatch(/<option value="90">90天<\/option>/);
});
