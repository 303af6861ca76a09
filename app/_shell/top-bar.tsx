'use client';
import { ActionIcon, Kbd, Menu, UnstyledButton } from '@mantine/core';
import { spotlight } from '@mantine/spotlight';
import { IconMenu2, IconSearch } from '@tabler/icons-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { Mark } from './mark.tsx';
import { OrganizationMenu } from './organization-menu.tsx';
import { usePlaces } from './rail.tsx';
import classes from './shell.module.css';
import { TOP_LEFT, TOP_RIGHT } from './slots.tsx';
import { UserMenu } from './user-menu.tsx';

export function TopBar({ wide }: { wide: boolean }) {
  const t = useTranslations('shell');
  return (
    <header className={classes.top}>
      {wide ? (
        <PlacesMenu />
      ) : (
        <>
          <Link href="/" className={classes.mark} aria-label={t('toHome')}>
            <Mark />
          </Link>
          <PlacesMenu phone />
        </>
      )}
      {!wide && <OrganizationMenu />}
      <div id={TOP_LEFT} className={classes.slot} />
      <div className={classes.grow} />
      <UnstyledButton className={classes.search} onClick={spotlight.open} aria-keyshortcuts="Control+K">
        <IconSearch size={15} stroke={1.8} />
        <span>{t('search')}</span>
        <Kbd size="xs">{t('searchKeys')}</Kbd>
      </UnstyledButton>
      <div id={TOP_RIGHT} className={classes.slot} style={{ flex: 'none' }} />
      <UserMenu />
    </header>
  );
}

/** The rail as a menu: in the studio, and on phones. */
function PlacesMenu({ phone }: { phone?: boolean }) {
  const t = useTranslations('shell');
  const places = usePlaces();
  return (
    <Menu position="bottom-start" withinPortal={false}>
      <Menu.Target>
        <ActionIcon
          aria-label={t('navigation')}
          className={phone ? undefined : classes.mark}
          hiddenFrom={phone ? 'xs' : undefined}
        >
          {phone ? <IconMenu2 size={18} stroke={1.6} /> : <Mark />}
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {places.map((place) => (
          <Menu.Item key={place.id} component={Link} href={place.href} leftSection={<place.icon size={16} stroke={1.6} />}>
            {t(`places.${place.id}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
