'use client';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { useRouter } from 'next/navigation';
import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import { LANGUAGE_COOKIE, type Language } from '../_messages/languages.ts';
import { SCHEME_COOKIE, type Scheme } from './scheme.ts';
import { cssVariables, theme } from './theme.ts';

interface Appearance {
  readonly scheme: Scheme;
  setScheme(scheme: Scheme): void;
  /** Keeps the language and draws the page anew in it, without loading it again. */
  setLanguage(language: Language): void;
}
const AppearanceContext = createContext<Appearance | undefined>(undefined);

export function useAppearance(): Appearance {
  const appearance = useContext(AppearanceContext);
  if (!appearance) throw new Error('useAppearance needs AppearanceProvider above it');
  return appearance;
}

export function AppearanceProvider({ initial, children }: { initial: Scheme; children: ReactNode }) {
  const [scheme, setScheme] = useState(initial);
  const router = useRouter();
  const appearance = useMemo<Appearance>(
    () => ({
      scheme,
      setScheme(next) {
        keep(SCHEME_COOKIE, next);
        setScheme(next);
      },
      setLanguage(language) {
        keep(LANGUAGE_COOKIE, language);
        router.refresh();
      },
    }),
    [scheme, router],
  );
  return (
    <AppearanceContext.Provider value={appearance}>
      <MantineProvider theme={theme} cssVariablesResolver={cssVariables} forceColorScheme={scheme}>
        {children}
        <Notifications position="bottom-right" transitionDuration={0} limit={4} />
      </MantineProvider>
    </AppearanceContext.Provider>
  );
}

function keep(name: string, value: string): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox, and the server must see the choice.
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`;
}
