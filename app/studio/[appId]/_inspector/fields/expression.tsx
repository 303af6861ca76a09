'use client';
import { Menu, Textarea, UnstyledButton } from '@mantine/core';
import { IconColumnInsertRight } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { useRef } from 'react';
import { displayUnit } from '#runtime/units/units.ts';
import { inputWire } from '../../_session/facts.ts';
import { useStudio } from '../../_session/use-session.tsx';
import { type FieldProps, testId } from '../field-props.ts';

interface Name {
  readonly name: string;
  readonly note: string;
}

/** Text with the names that are really on the wires one click away, and the mistake named while typing. */
export function ExpressionField(props: FieldProps) {
  const t = useTranslations('studio');
  const input = useRef<HTMLTextAreaElement>(null);
  const text = typeof props.value === 'string' ? props.value : '';
  const names = useNames(props);
  const insert = (name: string) => {
    const at = input.current?.selectionStart ?? text.length;
    const end = input.current?.selectionEnd ?? at;
    props.change(text.slice(0, at) + name + text.slice(end));
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(at + name.length, at + name.length);
    });
  };
  return (
    <Textarea
      ref={input}
      label={props.label}
      description={props.help}
      error={props.error}
      withAsterisk={props.required}
      autosize
      minRows={1}
      maxRows={8}
      spellCheck={false}
      classNames={{ input: 'mw-mono' }}
      value={text}
      placeholder={typeof props.schema.default === 'string' ? props.schema.default : undefined}
      onChange={(event) => props.change(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}
      rightSectionPointerEvents="all"
      rightSection={
        <Menu position="bottom-end">
          <Menu.Target>
            <UnstyledButton
              aria-label={t('expression.insert')}
              title={t('expression.insert')}
              style={{ lineHeight: 0, padding: 4 }}
            >
              <IconColumnInsertRight size={15} stroke={1.6} />
            </UnstyledButton>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>{t('expression.names')}</Menu.Label>
            {names.map(({ name, note }) => (
              <Menu.Item key={name} onClick={() => insert(name)} rightSection={<small>{note}</small>}>
                <code>{name}</code>
              </Menu.Item>
            ))}
            {names.length === 0 && <Menu.Item disabled>{t('expression.none')}</Menu.Item>}
          </Menu.Dropdown>
        </Menu>
      }
      data-testid={testId(props)}
    />
  );
}

/** With one input the columns by their names; with several, the ports, which stand for their `value`, and their other columns. */
function useNames({ node, manifest }: FieldProps): readonly Name[] {
  const document = useStudio((state) => state.view);
  const facts = useStudio((state) => state.facts);
  const ports = Object.keys(manifest.inputs);
  const several = ports.length > 1;
  const names: Name[] = [];
  for (const port of ports) {
    const wire = inputWire(document, { node, port });
    const schema = wire && facts.schemaOf(wire.from);
    for (const [column, { type, unit }] of Object.entries(schema?.columns ?? {})) {
      const note = unit && unit !== '1' ? displayUnit(unit) : type;
      names.push({ name: several ? (column === 'value' ? port : `${port}.${column}`) : column, note });
    }
  }
  for (const parameter of document.parameters) names.push({ name: parameter.key, note: parameter.unit ?? parameter.type });
  return names;
}
