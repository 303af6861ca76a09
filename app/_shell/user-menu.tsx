'use client';
import { Menu, UnstyledButton } from '@mantine/core';
import { IconCheck, IconLanguage, IconLogout, IconMoon, IconSun, IconUser } from '@tabler/icons-react';
import { useLocale, useTranslations } from 'next-intl';
import { signOut } from '../_client/sign.ts';
import { LANGUAGES } from '../_messages/languages.ts';
import { useAppearance } from './appearance.tsx';
import { useMe } from './me.tsx';
import classes from './shell.module.css';

export function UserMenu() {
  const t = useTranslations('shell');
  const roles = useTranslations('roles');
  const locale = useLocale();
  const { scheme, setScheme, setLanguage } = useAppearance();
  const me = useMe();
  if (!me) return null;
  return (
    <Menu position="bottom-end" width={230} withinPortal={false}>
      <Menu.Target>
        <UnstyledButton className={classes.search} aria-label={t('userMenu', { name: me.user.name })}>
          <IconUser size={16} stroke={1.7} />
          <span>{me.user.name}</span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {me.user.email}
          <br />
          {me.org?.roles.map((role) => roles(role)).join(t('listSeparator'))}
        </Menu.Label>
        <Menu.Divider />
        <Menu.Item
          leftSection={scheme === 'dark' ? <IconSun size={16} /> : <IconMoon size={16} />}
          onClick={() => setScheme(scheme === 'dark' ? 'light' : 'dark')}
        >
          {scheme === 'dark' ? t('toLight') : t('toDark')}
        </Menu.Item>
        <Menu.Divider />
        {LANGUAGES.map((language) => (
          <Menu.Item
            key={language}
            lang={language}
            leftSection={language === locale ? <IconCheck size={16} /> : <IconLanguage size={16} />}
            onClick={() => setLanguage(language)}
          >
            {t(`languages.${language}`)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={signOut}>
          {t('signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
