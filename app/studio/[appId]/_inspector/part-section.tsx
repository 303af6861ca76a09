'use client';
import { Button, NumberInput, Select, Switch, TextInput } from '@mantine/core';
import { IconBoxMultiple } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import type { AppParameter, GraphNode } from '#runtime/graph/document.ts';
import { displayUnit } from '#runtime/units/units.ts';
import { parameterOf } from '../_edits/parameters.ts';
import { nameInput, partParameters, setPartValue } from '../_edits/part.ts';
import { useSay, useSession, useStudio, useView } from '../_session/use-session.tsx';
import classes from './inspector.module.css';

/** Of a node that stands for a subgraph: the way in, and what this use gives its parameters. */
export function PartSection({ node }: { node: GraphNode }) {
  const t = useTranslations('studio-compose');
  const say = useSay();
  const session = useSession();
  const document = useStudio((state) => state.history.now);
  const parameters = partParameters(document, node);
  const values = (typeof node.params.values === 'object' && node.params.values !== null ? node.params.values : {}) as Readonly<
    Record<string, unknown>
  >;
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconBoxMultiple size={15} stroke={1.6} />}
        onClick={() => session.enter(node.id)}
        data-testid="part-open"
      >
        {t('part.open')}
      </Button>
      {parameters.length > 0 && (
        <section className={classes.section}>
          <h3>{t('part.values')}</h3>
          {parameters.map((parameter) => (
            <Value
              key={parameter.key}
              parameter={parameter}
              label={`${say(parameter.title)}${parameter.unit ? ` (${displayUnit(parameter.unit)})` : ''}`}
              value={values[parameter.key]}
              change={(value) => session.edit(setPartValue(node.id, parameter.key, value), `value:${node.id}.${parameter.key}`)}
            />
          ))}
        </section>
      )}
    </>
  );
}

function Value(props: { parameter: AppParameter; label: string; value: unknown; change: (value: unknown) => void }) {
  const t = useTranslations('studio-compose');
  const say = useSay();
  const { parameter, label, value, change } = props;
  const app = parameterOf(value);
  const description = parameter.why ? say(parameter.why) : undefined;
  const common = { label, description, 'data-testid': `part-value-${parameter.key}` };
  const fallback = t('part.default', { value: String(parameter.default) });
  if (app !== undefined)
    return (
      <div>
        <div className={classes.fieldLabel}>{label}</div>
        <div className={classes.linked}>
          <span>{t('part.byApp', { key: app })}</span>
          <UnlinkValue change={() => change(parameter.default)} />
        </div>
      </div>
    );
  if (parameter.type === 'boolean')
    return (
      <Switch
        {...common}
        checked={Boolean(value ?? parameter.default)}
        onChange={(event) => change(event.currentTarget.checked)}
      />
    );
  if (parameter.type === 'text')
    return parameter.options?.length ? (
      <Select
        {...common}
        data={parameter.options}
        value={typeof value === 'string' ? value : null}
        placeholder={fallback}
        clearable
        onChange={(next) => change(next ?? undefined)}
      />
    ) : (
      <TextInput
        {...common}
        value={typeof value === 'string' ? value : ''}
        placeholder={fallback}
        onChange={(event) => change(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}
      />
    );
  return (
    <NumberInput
      {...common}
      value={typeof value === 'number' ? value : ''}
      placeholder={fallback}
      allowDecimal={parameter.type === 'number'}
      {...(parameter.range ? { min: parameter.range[0], max: parameter.range[1] } : {})}
      onChange={(next) => change(typeof next === 'number' ? next : undefined)}
    />
  );
}

function UnlinkValue({ change }: { change: () => void }) {
  const t = useTranslations('studio');
  return (
    <Button variant="subtle" onClick={change}>
      {t('inspector.unlink')}
    </Button>
  );
}

/** Inside a subgraph: which input of it leads to each port of the node that has no wire. */
export function PartInputs({ node, ports }: { node: GraphNode; ports: readonly string[] }) {
  const t = useTranslations('studio-compose');
  const session = useSession();
  const view = useView();
  const free = ports.filter((port) => !view.wires.some((wire) => wire.to.node === node.id && wire.to.port === port));
  if (free.length === 0) return null;
  return (
    <section className={classes.section}>
      <h3>{t('part.inputsOfNode')}</h3>
      {free.map((port) => (
        <TextInput
          key={port}
          label={t('part.inputName', { port })}
          placeholder={t('part.notNamed')}
          value={view.inputs?.find((input) => input.to.some((end) => end.node === node.id && end.port === port))?.name ?? ''}
          onChange={(event) =>
            session.edit(
              nameInput({ node: node.id, port }, event.currentTarget.value.replace(/[^A-Za-z0-9_]/g, '').replace(/^[^a-z]+/, '')),
              `input:${node.id}.${port}`,
            )
          }
          data-testid={`part-input-${port}`}
        />
      ))}
    </section>
  );
}
