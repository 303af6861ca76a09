'use client';
import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconAdjustmentsPlus, IconLink } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import type { AppParameter } from '#runtime/graph/document.ts';
import { displayUnit } from '#runtime/units/units.ts';
import { fittingParameters, liftParameter, linkParameter, unlinkParameter } from '../_edits/parameters.ts';
import { useSay, useSession, useStudio } from '../_session/use-session.tsx';
import classes from './inspector.module.css';

/** Lets installers set what is a constant of a node: a new parameter of the app with the value as its default, or one that is there. */
export function LiftParameter({
  node,
  name,
  label,
  wanted,
}: {
  node: string;
  name: string;
  label: string;
  wanted: AppParameter;
}) {
  const t = useTranslations('studio');
  const say = useSay();
  const session = useSession();
  const document = useStudio((state) => state.history.now);
  const fitting = fittingParameters(document, wanted);
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon
          className={classes.lift ?? ''}
          size={24}
          aria-label={t('parameter.liftOf', { label })}
          title={t('parameter.lift')}
          data-testid={`lift-${name}`}
        >
          <IconAdjustmentsPlus size={15} stroke={1.6} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconAdjustmentsPlus size={14} />}
          onClick={() => session.edit(liftParameter(node, name, wanted))}
          data-testid={`lift-${name}-new`}
        >
          {t('parameter.liftNew', { key: wanted.key })}
        </Menu.Item>
        {fitting.length > 0 && <Menu.Divider />}
        {fitting.map((one) => (
          <Menu.Item
            key={one.key}
            leftSection={<IconLink size={14} />}
            onClick={() => session.edit(linkParameter(node, name, one.key))}
          >
            {t('parameter.link', { title: say(one.title), key: one.key })}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** A setting that is the installer's: which parameter, its default, and the way back. */
export function LinkedParameter({ node, name, label, linked }: { node: string; name: string; label: string; linked: string }) {
  const t = useTranslations('studio');
  const say = useSay();
  const session = useSession();
  const parameter = useStudio((state) => state.history.now.parameters.find((one) => one.key === linked));
  const unit = parameter?.unit ? ` ${displayUnit(parameter.unit)}` : '';
  return (
    <div>
      <div style={{ fontSize: 12, fontWeight: 500, marginBottom: 4 }}>{label}</div>
      <div className={classes.linked} data-testid={`inspector-${name}`}>
        <span>
          <IconLink size={13} aria-hidden /> {parameter ? say(parameter.title) : linked}
          <br />
          <small className="mw-mono">{parameter ? `${linked} = ${parameter.default}${unit}` : t('parameter.missing')}</small>
        </span>
        <Button variant="subtle" onClick={() => session.edit(unlinkParameter(node, name))}>
          {t('inspector.unlink')}
        </Button>
      </div>
    </div>
  );
}
