'use client';
import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from '@mantine/spotlight';
import { IconLanguage, IconLogout, IconMoon, IconSearch, IconSun } from '@tabler/icons-react';
import { useRouter } from 'next/navigation';
import { useLocale, useTranslations } from 'next-intl';
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { signOut } from '../_client/sign.ts';
import { useAppearance } from './appearance.tsx';
import { useMe } from './me.tsx';
import { usePlaces } from './rail.tsx';

/** Something that can be done on the page in front: found by Ctrl/⌘ K under the page's own heading. */
export interface PageAction {
  readonly id: string;
  /** Already in the reader's language. */
  readonly label: string;
  readonly description?: string;
  /** Other words to find it by. */
  readonly keywords?: string;
  readonly icon?: ReactNode;
  run(): void;
}

interface Registry {
  set(owner: symbol, actions: readonly PageAction[]): void;
  remove(owner: symbol): void;
}
const RegistryContext = createContext<Registry | undefined>(undefined);

/** Registers a page's actions while it is shown: `usePageActions(useMemo(() => [{ id: 'deploy', label: t('deploy'), run }], [t, run]))`. */
export function usePageActions(actions: readonly PageAction[]): void {
  const registry = useContext(RegistryContext);
  const owner = useRef(Symbol('page actions'));
  useEffect(() => {
    const key = owner.current;
    registry?.set(key, actions);
    return () => registry?.remove(key);
  }, [registry, actions]);
}

export function Palette({ children }: { children: ReactNode }) {
  const t = useTranslations('shell');
  const [registered, setRegistered] = useState<ReadonlyMap<symbol, readonly PageAction[]>>(new Map());
  const registry = useMemo<Registry>(
    () => ({
      set: (owner, actions) => setRegistered((before) => new Map(before).set(owner, actions)),
      remove: (owner) =>
        setRegistered((before) => {
          const after = new Map(before);
          after.delete(owner);
          return after;
        }),
    }),
    [],
  );
  const groups: SpotlightActionGroupData[] = [
    { group: t('palette.here'), actions: [...registered.values()].flat().map(asSpotlight) },
    { group: t('palette.go'), actions: useGoActions() },
    { group: t('palette.general'), actions: useGeneralActions() },
  ].filter((group) => group.actions.length > 0);
  return (
    <RegistryContext.Provider value={registry}>
      {children}
      <Spotlight
        actions={groups}
        shortcut={['mod + K']}
        nothingFound={t('palette.nothing')}
        highlightQuery
        scrollable
        maxHeight={420}
        transitionProps={{ duration: 0 }}
        overlayProps={{ blur: 0 }}
        // Below the alarm banner, which no dialog may hide.
        zIndex={400}
        attributes={{ content: { 'aria-label': t('search') } }}
        searchProps={{
          leftSection: <IconSearch size={18} stroke={1.6} />,
          placeholder: t('palette.placeholder'),
          'aria-label': t('palette.placeholder'),
        }}
      />
    </RegistryContext.Provider>
  );
}

function asSpotlight(action: PageAction): SpotlightActionData {
  return {
    id: action.id,
    label: action.label,
    description: action.description,
    keywords: action.keywords,
    leftSection: action.icon,
    onClick: () => action.run(),
  };
}

function useGoActions(): SpotlightActionData[] {
  const t = useTranslations('shell');
  const router = useRouter();
  return usePlaces().map((place) => ({
    id: `go-${place.id}`,
    label: t(`places.${place.id}`),
    description: t(`placeHints.${place.id}`),
    keywords: place.href,
    leftSection: <place.icon size={18} stroke={1.6} />,
    onClick: () => router.push(place.href),
  }));
}

function useGeneralActions(): SpotlightActionData[] {
  const t = useTranslations('shell');
  const locale = useLocale();
  const { scheme, setScheme, setLanguage } = useAppearance();
  const me = useMe();
  if (!me) return [];
  return [
    {
      id: 'scheme',
      label: scheme === 'dark' ? t('toLight') : t('toDark'),
      leftSection: scheme === 'dark' ? <IconSun size={18} stroke={1.6} /> : <IconMoon size={18} stroke={1.6} />,
      onClick: () => setScheme(scheme === 'dark' ? 'light' : 'dark'),
    },
    {
      id: 'language',
      label: locale === 'zh' ? t('languages.en') : t('languages.zh'),
      keywords: 'language 语言 english chinese 中文',
      leftSection: <IconLanguage size={18} stroke={1.6} />,
      onClick: () => setLanguage(locale === 'zh' ? 'en' : 'zh'),
    },
    { id: 'sign-out', label: t('signOut'), leftSection: <IconLogout size={18} stroke={1.6} />, onClick: signOut },
  ];
}
