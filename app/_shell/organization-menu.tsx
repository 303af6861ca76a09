'use client';
import { Menu, UnstyledButton } from '@mantine/core';
import { IconCheck, IconPlus, IconSelector } from '@tabler/icons-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { chooseOrganization } from '../_client/sign.ts';
import { useMe } from './me.tsx';
import classes from './shell.module.css';

/** Which organization the person works in, and the way to another. */
export function OrganizationMenu() {
  const t = useTranslations('shell');
  const me = useMe();
  if (!me) return null;
  return (
    <Menu position="bottom-start" withinPortal={false}>
      <Menu.Target>
        <UnstyledButton
          className={classes.organization}
          aria-label={t('organizationMenu', { name: me.org?.name ?? t('noOrganization') })}
        >
          <span>{me.org?.name ?? t('noOrganization')}</span>
          <IconSelector size={14} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {me.memberships.map((membership) => (
          <Menu.Item
            key={membership.orgId}
            leftSection={membership.orgId === me.org?.orgId ? <IconCheck size={14} /> : <span style={{ width: 14 }} />}
            onClick={() => chooseOrganization(membership.orgId)}
          >
            {membership.name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item component={Link} href="/welcome" leftSection={<IconPlus size={14} />}>
          {t('newOrganization')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
