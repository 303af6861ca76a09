'use client';
import { usePathname, useSearchParams } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { type ReactNode, Suspense } from 'react';
import { AlarmBanner } from '../alarms/_banner.tsx';
import { useMe } from './me.tsx';
import { Palette } from './palette.tsx';
import { NavigationRail } from './rail.tsx';
import classes from './shell.module.css';
import { TopBar } from './top-bar.tsx';

/**
 * The frame around every page: top bar, alarm banner, navigation rail, content. Pages scroll inside the content, so bar and banner are
 * always in sight. Without a signed-in person there is only the content.
 */
export function Shell({ children }: { children: ReactNode }) {
  const me = useMe();
  if (!me) return <main className={classes.bare}>{children}</main>;
  return (
    <Suspense>
      <Frame>{children}</Frame>
    </Suspense>
  );
}

function Frame({ children }: { children: ReactNode }) {
  const me = useMe();
  const t = useTranslations('shell');
  const pathname = usePathname();
  const kiosk = useSearchParams().has('kiosk');
  // The canvas needs the width; there the navigation is in the menu at the top left.
  const wide = /^\/studio\/[^/]+/.test(pathname);
  return (
    <Palette>
      <div className={classes.frame} data-kiosk={kiosk || undefined} data-wide={wide || undefined}>
        <a className={classes.skip} href="#content">
          {t('skipToContent')}
        </a>
        {!kiosk && <TopBar wide={wide} />}
        <div className={classes.banner}>{me?.org && <AlarmBanner />}</div>
        {!kiosk && !wide && me?.org && <NavigationRail />}
        <main id="content" className={classes.content} tabIndex={-1}>
          {children}
        </main>
      </div>
    </Palette>
  );
}
