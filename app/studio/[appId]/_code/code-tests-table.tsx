'use client';
import { ActionIcon, Button } from '@mantine/core';
import { IconCircleCheck, IconPlayerPlay, IconPlus, IconSquareX, IconTrash } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { ColumnType } from '#runtime/batch/schema.ts';
import type { NodeTest } from '#runtime/graph/document.ts';
import { unitLabel } from '../../../_parts/unit.ts';
import { setTests } from '../_edits/nodes.ts';
import { useSession } from '../_session/use-session.tsx';
import classes from './code.module.css';
import { cellText, cellValue, type Given, judge } from './code-tests.ts';
import { emitted } from './load-monaco.ts';
import { CodeTookTooLong, runCode } from './run-code.ts';

export interface TestColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly unit?: string | undefined;
}

/** Records and what the code must give for them, in one table; run in this browser, in a worker that reaches nothing else. */
export function CodeTests(props: {
  node: string;
  tests: readonly NodeTest[];
  inputs: readonly TestColumn[];
  outputs: readonly TestColumn[];
}) {
  const { node, tests, inputs, outputs } = props;
  const t = useTranslations('studio-code');
  const session = useSession();
  const [given, setGiven] = useState<readonly Given[]>();
  const [failure, setFailure] = useState<string>();
  const [running, setRunning] = useState(false);
  const change = (next: readonly NodeTest[], mark?: string) => {
    setGiven(undefined);
    session.edit(setTests(node, next), mark && `tests:${node}.${mark}`);
  };
  const put = (at: number, side: 'in' | 'out', column: TestColumn, text: string) =>
    change(
      tests.map((one, index) => {
        if (index !== at) return one;
        const { [column.name]: _before, ...rest } = one[side];
        const value = cellValue(text, column.type);
        return { ...one, [side]: value === undefined ? rest : { ...rest, [column.name]: value } };
      }),
      `${at}.${side}.${column.name}`,
    );
  const run = async () => {
    setRunning(true);
    setFailure(undefined);
    setGiven(undefined);
    try {
      const text = await emitted(node);
      if (text === undefined) setFailure(t('wontCompile'));
      else setGiven(await runCode(text, tests));
    } catch (error) {
      setFailure(error instanceof CodeTookTooLong ? t('tooLong') : error instanceof Error ? error.message : String(error));
    } finally {
      setRunning(false);
    }
  };
  const verdicts = tests.map((one, at) => judge(one, given?.[at]));
  const passed = verdicts.filter((one) => one?.passed).length;
  const head = (column: TestColumn) => {
    const unit = unitLabel(column.unit);
    return unit ? `${column.name} [${unit}]` : column.name;
  };
  return (
    <section className={classes.tests} aria-label={t('tests')} data-testid="code-tests">
      <div className={classes.testsHead}>
        <h3>{t('tests')}</h3>
        <span role="status" data-testid="code-tests-result">
          {failure ?? (given ? t('result', { passed, total: tests.length }) : '')}
        </span>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => change([...tests, { in: {}, out: {} }])}
          data-testid="code-test-add"
        >
          {t('add')}
        </Button>
        <Button
          size="xs"
          leftSection={<IconPlayerPlay size={14} />}
          disabled={tests.length === 0}
          loading={running}
          onClick={() => void run()}
          data-testid="code-tests-run"
        >
          {t('run')}
        </Button>
      </div>
      {tests.length === 0 ? (
        <p className={classes.help}>{t('none')}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section className={classes.testsTable} tabIndex={0} aria-label={t('records')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('record')}</th>
                {inputs.map((column) => (
                  <th key={column.name} scope="col">
                    {head(column)}
                  </th>
                ))}
                {outputs.map((column) => (
                  <th key={column.name} scope="col" data-side="out">
                    → {head(column)}
                  </th>
                ))}
                <th scope="col">{t('verdict')}</th>
              </tr>
            </thead>
            <tbody>
              {tests.map((one, at) => {
                const verdict = verdicts[at];
                return (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a record has no identity but its place
                  <tr key={at} data-passed={verdict?.passed}>
                    <th scope="row">{at + 1}</th>
                    {(['in', 'out'] as const).flatMap((side) =>
                      (side === 'in' ? inputs : outputs).map((column) => (
                        <td key={`${side}.${column.name}`} data-side={side}>
                          <Cell
                            label={`${column.name} ${at + 1}`}
                            value={one[side][column.name]}
                            testId={`code-test-${at + 1}-${side}-${column.name}`}
                            onChange={(text) => put(at, side, column, text)}
                          />
                          {side === 'out' && verdict && column.name in verdict.wrong && (
                            <small>{t('was', { value: cellText(verdict.wrong[column.name]) || t('nothing') })}</small>
                          )}
                        </td>
                      )),
                    )}
                    <td className={classes.verdict}>
                      {verdict &&
                        (verdict.passed ? (
                          <IconCircleCheck size={16} aria-label={t('passed')} />
                        ) : (
                          <IconSquareX size={16} aria-label={t('failed')} />
                        ))}
                      {verdict?.failure && <small>{verdict.failure}</small>}
                      <ActionIcon
                        aria-label={t('remove', { number: at + 1 })}
                        onClick={() => change(tests.filter((_one, index) => index !== at))}
                      >
                        <IconTrash size={14} />
                      </ActionIcon>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </section>
      )}
    </section>
  );
}

/** What is typed stays as typed (`-`, `1e`) until it is a value. */
function Cell(props: { label: string; value: unknown; testId: string; onChange: (text: string) => void }) {
  const [text, setText] = useState<string>();
  return (
    <input
      aria-label={props.label}
      value={text ?? cellText(props.value)}
      onChange={(event) => {
        setText(event.currentTarget.value);
        props.onChange(event.currentTarget.value);
      }}
      onBlur={() => setText(undefined)}
      data-testid={props.testId}
    />
  );
}
