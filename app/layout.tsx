import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import './_shell/tokens.css';
import { mantineHtmlProps } from '@mantine/core';
import type { Metadata, Viewport } from 'next';
import { cookies, headers } from 'next/headers';
import { NextIntlClientProvider } from 'next-intl';
import { getLocale, getTranslations } from 'next-intl/server';
import type { ReactNode } from 'react';
import { createContext } from '#server/context.ts';
import { readMe } from '#server/organization/read-me.ts';
import { DataProvider } from './_client/data.tsx';
import { isLanguage, LOCALES } from './_messages/languages.ts';
import { AppearanceProvider } from './_shell/appearance.tsx';
import { MeProvider } from './_shell/me.tsx';
import { readScheme, SCHEME_COOKIE } from './_shell/scheme.ts';
import { Shell } from './_shell/shell.tsx';

export const dynamic = 'force-dynamic';
export const viewport: Viewport = { width: 'device-width', initialScale: 1 };

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('shell');
  return { title: { default: t('product'), template: `%s · ${t('product')}` } };
}

export default async function RootLayout({ children }: { children: ReactNode }) {
  const locale = await getLocale();
  const scheme = readScheme((await cookies()).get(SCHEME_COOKIE)?.value);
  const me = await readMe(createContext(await headers()));
  return (
    <html lang={isLanguage(locale) ? LOCALES[locale] : locale} {...mantineHtmlProps} data-mantine-color-scheme={scheme}>
      <body>
        <NextIntlClientProvider>
          <AppearanceProvider initial={scheme}>
            <DataProvider>
              <MeProvider me={me}>
                <Shell>{children}</Shell>
              </MeProvider>
            </DataProvider>
          </AppearanceProvider>
        </NextIntlClientProvider>
      </body>
    </html>
  );
}
