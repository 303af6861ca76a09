'use client';
import { ActionIcon, Button, Menu, Modal } from '@mantine/core';
import { IconAdjustmentsPlus, IconLink } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { AppParameter } from '#runtime/graph/document.ts';
import { displayUnit } from '#runtime/units/units.ts';
import { setParam } from '../_edits/nodes.ts';
import { fittingParameters, liftParameter, linkParameter, putParameter, unlinkParameter } from '../_edits/parameters.ts';
import { useSay, useSession, useStudio } from '../_session/use-session.tsx';
import classes from './inspector.module.css';
import { ParameterForm } from './parameters.tsx';

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
  const document = useStudio((state) => state.view);
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
/** Where the parameter of a setting is: of the open subgraph, else of the app. */
function useParameter(key: string) {
  const own = useStudio((state) => state.view.parameters.find((one) => one.key === key));
  const app = useStudio((state) => state.history.now.parameters.find((one) => one.key === key));
  return { parameter: own ?? app, own: own !== undefined };
}

export function LinkedParameter({ node, name, label, linked }: { node: string; name: string; label: string; linked: string }) {
  const t = useTranslations('studio');
  const say = useSay();
  const session = useSession();
  const { parameter, own } = useParameter(linked);
  const texts = useTranslations('studio-compose');
  const taken = useStudio((state) => (own ? state.view : state.history.now).parameters);
  const [editing, setEditing] = useState(false);
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
        {parameter && (
          <Button variant="subtle" onClick={() => setEditing(true)} data-testid={`edit-${name}`}>
            {texts('parameter.edit')}
          </Button>
        )}
        <Button
          variant="subtle"
          onClick={() => session.edit(own || !parameter ? unlinkParameter(node, name) : setParam(node, name, parameter.default))}
          data-testid={`unlink-${name}`}
        >
          {t('inspector.unlink')}
        </Button>
      </div>
      <Modal
        opened={editing}
        onClose={() => setEditing(false)}
        title={t('parameter.title')}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <ParameterForm
          parameter={parameter}
          taken={taken.map((one) => one.key).filter((key) => key !== linked)}
          onSave={(next) => {
            if (own) session.edit(putParameter(next, linked));
            else session.editApp(putParameter(next, linked));
            setEditing(false);
          }}
        />
      </Modal>
    </div>
  );
}
