'use client';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import { useMe } from './me.tsx';
import { PLACES, type Place, placeOf } from './places.ts';
import classes from './shell.module.css';

/** The places that the person's roles open. */
export function usePlaces(): readonly Place[] {
  const me = useMe();
  return useMemo(
    () =>
      PLACES.filter(
        (place) => place.permissions.some((permission) => me?.may.includes(permission)) && (!place.platform || me?.org?.platform),
      ),
    [me],
  );
}

export function NavigationRail() {
  const t = useTranslations('shell');
  const here = placeOf(usePathname());
  return (
    <nav className={classes.rail} aria-label={t('navigation')}>
      {usePlaces().map((place) => (
        <Link
          key={place.id}
          href={place.href}
          className={classes.place}
          aria-current={place.id === here?.id ? 'page' : undefined}
          prefetch={false}
        >
          <place.icon size={20} stroke={1.6} />
          {t(`places.${place.id}`)}
        </Link>
      ))}
    </nav>
  );
}
