'use client';
import { ActionIcon, TextInput } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconX } from '@tabler/icons-react';
import { useLocale, useTranslations } from 'next-intl';
import type { GraphDocument } from '#runtime/graph/document.ts';
import { SUBGRAPH } from '#runtime/graph/subgraph.ts';
import { movePort, setPartTitle } from '../_edits/part.ts';
import { subgraphAt } from '../_edits/scope.ts';
import { useSession, useStudio, useView } from '../_session/use-session.tsx';
import classes from './inspector.module.css';
import { Parameters } from './parameters.tsx';

/** What belongs to the open subgraph as a whole: title, ports in their order, parameters. */
export function PartPanel() {
  const t = useTranslations('studio-compose');
  const ui = useTranslations('studio');
  const session = useSession();
  const path = useStudio((state) => state.path);
  const document = useStudio((state) => state.history.now);
  const view = useView();
  const language = useLocale().startsWith('zh') ? 'zh' : 'en';
  const found = subgraphAt(document, path);
  if (!found) return null;
  const { name, part } = found;
  const title = part.title ?? { en: name, zh: name };
  const ports = [
    {
      side: 'inputs',
      label: t('part.inputs'),
      none: t('part.noInputs'),
      list: (view.inputs ?? []).map((one) => ({ name: one.name, ends: one.to })),
    },
    {
      side: 'outputs',
      label: t('part.outputs'),
      none: t('part.noOutputs'),
      list: view.outputs.map((one) => ({ name: one.name, ends: [one.from] })),
    },
  ] as const;
  return (
    <aside className={classes.inspector} aria-label={ui('inspector.name')} data-testid="part-panel">
      <div className={classes.head}>
        <h2>{title[language]}</h2>
        <ActionIcon aria-label={ui('close')} onClick={() => session.leave()}>
          <IconX size={16} />
        </ActionIcon>
      </div>
      <div className={classes.body}>
        <p className={classes.help}>{t('part.usedAt', { count: usesOf(document, name) })}</p>
        <TextInput
          label={t('part.title')}
          value={title[language]}
          onChange={(event) =>
            session.editApp(setPartTitle(name, { ...title, [language]: event.currentTarget.value }), `part:${name}`)
          }
          data-testid="part-title"
        />
        {ports.map(({ side, label, none, list }) => (
          <section key={side} className={classes.section}>
            <h3>{label}</h3>
            {list.length === 0 && <p className={classes.help}>{none}</p>}
            {list.map((port, at) => (
              <div key={port.name} className={classes.roleRow}>
                <div>
                  <span className="mw-mono">{port.name}</span>
                  <br />
                  <small>{port.ends.map((end) => `${end.node}.${end.port}`).join(', ')}</small>
                </div>
                <ActionIcon
                  aria-label={t('part.up', { name: port.name })}
                  disabled={at === 0}
                  onClick={() => session.edit(movePort(side, port.name, -1))}
                >
                  <IconArrowUp size={15} stroke={1.6} />
                </ActionIcon>
                <ActionIcon
                  aria-label={t('part.down', { name: port.name })}
                  disabled={at === list.length - 1}
                  onClick={() => session.edit(movePort(side, port.name, 1))}
                >
                  <IconArrowDown size={15} stroke={1.6} />
                </ActionIcon>
              </div>
            ))}
          </section>
        ))}
        <section className={classes.section}>
          <h3>{ui('app.parameters')}</h3>
          <Parameters help={t('part.parametersHelp')} />
        </section>
      </div>
    </aside>
  );
}

/** Nodes that stand for the subgraph, anywhere in the app. */
const usesOf = (document: GraphDocument, name: string): number =>
  [document.nodes, ...Object.values(document.subgraphs ?? {}).map((part) => part.nodes)]
    .flat()
    .filter((node) => node.block === SUBGRAPH && node.params.graph === name).length;
