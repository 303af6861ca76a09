'use client';
import { ActionIcon, Button, Select, Tabs, Textarea, TextInput } from '@mantine/core';
import { IconTrash, IconX } from '@tabler/icons-react';
import { useLocale, useTranslations } from 'next-intl';
import { useMemo } from 'react';
import type { GraphNode } from '#runtime/graph/document.ts';
import type { BlockManifest, JsonSchema } from '#runtime/graph/manifest.ts';
import { SUBGRAPH } from '#runtime/graph/subgraph.ts';
import { BlockIcon } from '../_canvas/block-icon.tsx';
import { removeNodes, setBind, setLabel, setNotes, setParam } from '../_edits/nodes.ts';
import { parameterFor, parameterOf } from '../_edits/parameters.ts';
import { nameOutput } from '../_edits/wires.ts';
import { inputWire, problemsOf } from '../_session/facts.ts';
import { fieldMeta } from '../_session/starter.ts';
import { useSay, useSession, useStudio } from '../_session/use-session.tsx';
import { Field } from './field.tsx';
import classes from './inspector.module.css';
import { Missing } from './missing.tsx';
import { NewerVersion } from './newer-version.tsx';
import { LiftParameter, LinkedParameter } from './parameter-link.tsx';
import { PartInputs, PartSection } from './part-section.tsx';
import { Readme } from './readme.tsx';

export function NodePanel({ node }: { node: GraphNode }) {
  const t = useTranslations('studio');
  const say = useSay();
  const session = useSession();
  const facts = useStudio((state) => state.facts);
  const manifest = facts.manifest(node.id);
  const problems = useMemo(() => problemsOf(facts, node.id), [facts, node.id]);
  const title = manifest ? say(manifest.title) : node.block;
  const language = useLocale().startsWith('zh') ? 'zh' : 'en';
  const inside = useStudio((state) => state.path.length > 0);
  return (
    <aside className={classes.inspector} aria-label={t('inspector.name')} data-testid="inspector">
      <div className={classes.head}>
        <BlockIcon icon={manifest?.icon} size={18} />
        <h2>{title}</h2>
        <ActionIcon aria-label={t('close')} onClick={() => session.select([])}>
          <IconX size={16} />
        </ActionIcon>
      </div>
      <div className={`${classes.id} mw-mono`}>{`${node.id} · ${node.block.split('/').at(-1)} ${node.version}`}</div>
      <Tabs defaultValue="settings" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="settings">{t('inspector.settings')}</Tabs.Tab>
          <Tabs.Tab value="readme">{t('inspector.readme')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="settings">
          <div className={classes.body}>
            <Problems node={node.id} />
            <NewerVersion node={node} />
            {!manifest && <Missing node={node} />}
            <TextInput
              label={t('inspector.label')}
              placeholder={title}
              value={typeof node.label === 'object' ? node.label[language] : (node.label ?? '')}
              onChange={(event) => session.edit(setLabel(node.id, event.currentTarget.value, language), `label:${node.id}`)}
              data-testid="inspector-label"
            />
            {manifest &&
              Object.entries(manifest.params.properties ?? {}).map(([name, schema]) => (
                <Parameter
                  key={`${node.id}.${name}`}
                  node={node}
                  manifest={manifest}
                  name={name}
                  schema={schema}
                  problems={problems}
                />
              ))}
            {node.block === SUBGRAPH && <PartSection node={node} />}
            {manifest && <Bindings node={node} manifest={manifest} />}
            {manifest && inside && <PartInputs node={node} ports={Object.keys(manifest.inputs)} />}
            {manifest && Object.keys(manifest.outputs).length > 0 && <Outputs node={node} manifest={manifest} />}
            <Textarea
              label={t('inspector.notes')}
              autosize
              minRows={2}
              value={node.notes ?? ''}
              onChange={(event) => session.edit(setNotes(node.id, event.currentTarget.value), `notes:${node.id}`)}
            />
            <Button
              variant="default"
              leftSection={<IconTrash size={15} stroke={1.6} />}
              onClick={() => session.edit(removeNodes([node.id]))}
            >
              {t('inspector.remove')}
            </Button>
          </div>
        </Tabs.Panel>
        <Tabs.Panel value="readme">
          <Readme block={node.block} />
        </Tabs.Panel>
      </Tabs>
    </aside>
  );
}

function Problems({ node }: { node: string }) {
  const say = useSay();
  const facts = useStudio((state) => state.facts);
  const problems = problemsOf(facts, node);
  if (problems.length === 0) return null;
  const severity = problems.some((problem) => problem.severity === 'error') ? 'error' : 'warning';
  return (
    <ul className={classes.problems} data-severity={severity} data-testid="inspector-problems">
      {problems.map((problem) => (
        <li key={`${problem.code}${problem.port}${problem.param}${problem.message.en}`}>
          {say(problem.message)}
          {problem.fix && <small>{say(problem.fix)}</small>}
        </li>
      ))}
    </ul>
  );
}

function Parameter(props: {
  node: GraphNode;
  manifest: BlockManifest;
  name: string;
  schema: JsonSchema;
  problems: ReturnType<typeof problemsOf>;
}) {
  const { node, manifest, name, schema } = props;
  const t = useTranslations('studio');
  const say = useSay();
  const session = useSession();
  const meta = fieldMeta(schema) ?? {};
  const label = meta.title ? say(meta.title) : name;
  const mine = props.problems.filter((problem) => problem.param === name || problem.param?.startsWith(`${name}.`));
  const required = manifest.params.required?.includes(name) ?? false;
  const linked = parameterOf(node.params[name]);
  const document = useStudio((state) => state.view);
  if (linked !== undefined) return <LinkedParameter node={node.id} name={name} label={label} linked={linked} />;
  const wanted = parameterFor(document, name, schema, meta, node.params[name]);
  const field = (
    <Field
      node={node.id}
      manifest={manifest}
      name={name}
      schema={schema}
      meta={meta}
      label={label}
      help={meta.help ? say(meta.help) : undefined}
      value={node.params[name]}
      required={required}
      error={mine[0] ? (required && node.params[name] === undefined ? t('inspector.required') : say(mine[0].message)) : undefined}
      problems={mine}
      change={(value) => session.edit(setParam(node.id, name, value), `param:${node.id}.${name}`)}
    />
  );
  if (!wanted) return field;
  return (
    <div className={classes.liftable}>
      {field}
      <LiftParameter node={node.id} name={name} label={label} wanted={wanted} />
    </div>
  );
}

/** Which column of each wire the block reads, where there is a choice or the names differ. */
function Bindings({ node, manifest }: { node: GraphNode; manifest: BlockManifest }) {
  const t = useTranslations('studio');
  const session = useSession();
  const document = useStudio((state) => state.view);
  const facts = useStudio((state) => state.facts);
  const several = Object.keys(manifest.inputs).length > 1;
  const rows = Object.entries(manifest.inputs).flatMap(([port, decl]) => {
    const wire = inputWire(document, { node: node.id, port });
    const columns = Object.keys((wire && facts.schemaOf(wire.from)?.columns) ?? {});
    if (!wire || columns.length === 0) return [];
    return Object.keys(decl.columns).flatMap((logical) => {
      const key = several ? `${port}.${logical}` : logical;
      const bound = node.bind?.[key] ?? node.bind?.[logical];
      return columns.length === 1 && columns[0] === logical && bound === undefined ? [] : [{ key, logical, columns, bound }];
    });
  });
  if (rows.length === 0) return null;
  return (
    <div className={classes.section}>
      <h3>{t('inspector.columns')}</h3>
      {rows.map(({ key, logical, columns, bound }) => (
        <Select
          key={key}
          label={key}
          data={columns}
          value={bound ?? (columns.includes(logical) ? logical : null)}
          placeholder={t('inspector.chooseColumn')}
          allowDeselect={false}
          onChange={(column) => session.edit(setBind(node.id, key, column ?? undefined))}
          data-testid={`inspector-bind-${key}`}
        />
      ))}
    </div>
  );
}

/** A named output is stored, shown on screens and readable by other apps. */
function Outputs({ node, manifest }: { node: GraphNode; manifest: BlockManifest }) {
  const t = useTranslations('studio');
  const session = useSession();
  const outputs = useStudio((state) => state.view.outputs);
  return (
    <div className={classes.section}>
      <h3>{t('inspector.outputs')}</h3>
      {Object.keys(manifest.outputs).map((port) => {
        const name = outputs.find((output) => output.from.node === node.id && output.from.port === port)?.name ?? '';
        return (
          <TextInput
            key={port}
            label={t('inspector.outputName', { port })}
            placeholder={t('inspector.notNamed')}
            value={name}
            onChange={(event) =>
              session.edit(
                nameOutput(
                  { node: node.id, port },
                  event.currentTarget.value.replace(/[^A-Za-z0-9_]/g, '').replace(/^[^a-z]+/, ''),
                ),
                `output:${node.id}.${port}`,
              )
            }
            data-testid={`output-name-${port}`}
          />
        );
      })}
    </div>
  );
}
