'use client';
import { Button } from '@mantine/core';
import { IconCode } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { CodeDialog } from '../../_code/code-dialog.tsx';
import { type FieldProps, testId } from '../field-props.ts';

/** A few lines of the code, and the editor on a click. */
export function CodeField(props: FieldProps) {
  const t = useTranslations('studio');
  const [open, setOpen] = useState(false);
  const text = typeof props.value === 'string' ? props.value : '';
  return (
    <div>
      <div style={{ fontSize: 12, fontWeight: 500, marginBottom: 4 }}>{props.label}</div>
      <pre
        className="mw-mono"
        style={{
          margin: 0,
          padding: 8,
          maxHeight: 120,
          overflow: 'hidden',
          border: '1px solid var(--mw-line)',
          borderRadius: 4,
          fontSize: 11,
        }}
      >
        {text.split('\n').slice(0, 7).join('\n')}
      </pre>
      {props.problems.map((problem) => (
        <p
          key={`${problem.line}${problem.message.en}`}
          role="alert"
          style={{ color: 'var(--mantine-color-error)', fontSize: 12, margin: '4px 0 0' }}
        >
          {problem.line === undefined ? '' : `${t('code.line', { line: problem.line })} `}
          {props.error}
        </p>
      ))}
      <Button
        mt={6}
        variant="default"
        fullWidth
        leftSection={<IconCode size={15} />}
        onClick={() => setOpen(true)}
        data-testid={testId(props)}
      >
        {t('code.open')}
      </Button>
      {open && <CodeDialog node={props.node} text={text} onChange={props.change} onClose={() => setOpen(false)} />}
    </div>
  );
}
