'use client';
import { Button, Group, Modal } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import { inputWire } from '../_session/facts.ts';
import { useSay, useStudio } from '../_session/use-session.tsx';
import { blockTypes, type ListedColumn, typedSource } from './block-types.ts';
import { CodeEditor, formatCode } from './code-editor.tsx';
import { CodeTests, type TestColumn } from './code-tests-table.tsx';

/** The user's own block in a large editor; every key is saved as it is typed, like everywhere. */
export function CodeDialog({
  node,
  text,
  onChange,
  onClose,
}: {
  node: string;
  text: string;
  onChange: (text: string) => void;
  onClose: () => void;
}) {
  const t = useTranslations('studio');
  const words = useTranslations('studio-code');
  const say = useSay();
  const document = useStudio((state) => state.history.now);
  const facts = useStudio((state) => state.facts);
  const wire = inputWire(document, { node, port: 'in' });
  const schema = wire && facts.schemaOf(wire.from);
  const self = document.nodes.find((one) => one.id === node);
  const listed = self?.params.outputs;
  const inputs = Object.entries(schema?.columns ?? { value: { type: 'number' as const, unit: undefined } }).map(
    ([name, { type, unit }]): TestColumn => ({ name, type, unit }),
  );
  const outputs = (Array.isArray(listed) ? (listed as ListedColumn[]) : []).map(
    ({ name, type, unit }): TestColumn => ({ name, type: type as TestColumn['type'], unit }),
  );
  const types = useMemo(() => blockTypes(schema, Array.isArray(listed) ? (listed as ListedColumn[]) : []), [schema, listed]);
  const findings = useMemo(
    () =>
      facts.problems
        .filter((problem) => problem.node === node && problem.line !== undefined)
        .map((problem) => ({ line: problem.line ?? 1, column: problem.column, message: say(problem.message) })),
    [facts, node, say],
  );
  return (
    <Modal
      opened
      onClose={onClose}
      size="min(1100px, 92vw)"
      title={t('code.title', { node })}
      closeButtonProps={{ 'aria-label': t('close') }}
      closeOnEscape={false}
      styles={{ body: { paddingBottom: 12 } }}
    >
      <div style={{ height: 'min(44vh, 560px)', border: '1px solid var(--mw-line)' }}>
        <CodeEditor path={node} text={text} types={types} findings={findings} onChange={onChange} />
      </div>
      <ul aria-live="polite" style={{ margin: '8px 0', paddingLeft: 18, fontSize: 12, minHeight: 18 }}>
        {findings.map((finding) => (
          <li key={`${finding.line}${finding.message}`}>{`${t('code.line', { line: finding.line })} ${finding.message}`}</li>
        ))}
      </ul>
      <CodeTests node={node} tests={self?.tests ?? []} inputs={inputs} outputs={outputs} />
      <Group justify="space-between">
        <small style={{ color: 'var(--mw-dim)' }}>{t('code.hint')}</small>
        <Group gap={8}>
          <Button variant="default" onClick={() => void formatCode(node)} data-testid="code-format">
            {words('format')}
          </Button>
          <Button variant="default" onClick={() => onChange(typedSource(text))}>
            {t('code.addTypes')}
          </Button>
          <Button onClick={onClose} data-testid="code-done">
            {t('code.done')}
          </Button>
        </Group>
      </Group>
    </Modal>
  );
}
