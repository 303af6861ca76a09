'use client';
import { Anchor, Button } from '@mantine/core';
import { IconCircle, IconCircleCheckFilled } from '@tabler/icons-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import type { Permission } from '#server/access.ts';
import { Panel } from '../_parts/panel.tsx';
import { useMay } from '../_shell/me.tsx';
import type { Glance } from './glance.ts';
import classes from './home.module.css';

interface Step {
  readonly id: 'plant' | 'source' | 'tags' | 'app' | 'people';
  readonly href: string;
  readonly permission: Permission;
  readonly done: boolean;
}

/** The way from nothing to a running app; gone once it has been walked. Done is what really is, not what was clicked. */
export function FirstSteps({ glance }: { glance: Glance }) {
  const t = useTranslations('home.steps');
  const may = useMay();
  const arriving = glance.connections.some((connection) => connection.status?.lastValueAt);
  const all: readonly Step[] = [
    { id: 'plant', href: '/plant', permission: 'plant.write', done: glance.assets > 0 },
    { id: 'source', href: '/sources', permission: 'source.write', done: glance.connections.length > 0 },
    { id: 'tags', href: '/plant', permission: 'plant.write', done: glance.tags > 0 && arriving },
    { id: 'app', href: '/market', permission: 'app.deploy', done: glance.installations.length > 0 },
    { id: 'people', href: '/admin?section=members', permission: 'members.write', done: glance.members > 1 },
  ];
  const steps = all.filter((step) => may(step.permission));
  const next = steps.find((step) => !step.done);
  // Inviting people is advice, not a gap: alone it keeps nobody from the plant.
  if (!next || (next.id === 'people' && steps.length > 1)) return null;
  return (
    <Panel title={t('title')}>
      <ol className={classes.steps}>
        {steps.map((step) => (
          <li key={step.id} className={classes.step} data-done={step.done || undefined} data-next={step === next || undefined}>
            <span className={classes.stepHead}>
              {step.done ? <IconCircleCheckFilled size={17} aria-label={t('done')} /> : <IconCircle size={17} aria-hidden />}
              {t(`${step.id}.title`)}
            </span>
            <span>{t(`${step.id}.text`)}</span>
            <span className={classes.stepFoot}>
              {step === next ? (
                <Button component={Link} href={step.href}>
                  {t(`${step.id}.action`)}
                </Button>
              ) : (
                !step.done && (
                  <Anchor component={Link} href={step.href} underline="always">
                    {t(`${step.id}.action`)}
                  </Anchor>
                )
              )}
            </span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
