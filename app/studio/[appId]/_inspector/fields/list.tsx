'use client';
import { ActionIcon, Button, Select } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import type { ComponentType } from 'react';
import { wordsOf } from '#blocks/sdk/column-words.ts';
import type { JsonSchema } from '#runtime/graph/manifest.ts';
import { discriminator, fieldKind, fieldMeta, starterItem } from '../../_session/starter.ts';
import { useSay } from '../../_session/use-session.tsx';
import { type FieldProps, testId } from '../field-props.ts';
import classes from '../inspector.module.css';

/** The editor of what is inside: the same as for a parameter. Handed in, since it in turn draws lists. */
export type InnerField = ComponentType<FieldProps>;

/** Several of a kind: rows of a table, levels, weights. */
export function ListField({ inner: Inner, ...props }: FieldProps & { readonly inner: InnerField }) {
  const t = useTranslations('studio');
  const message = useSayMessage();
  const items = listOf(props.value ?? props.schema.default);
  const schema = props.schema.items ?? {};
  const whole = ['object', 'list', 'choice'].includes(fieldKind(schema));
  const most = typeof props.schema.maxItems === 'number' ? props.schema.maxItems : Number.POSITIVE_INFINITY;
  return (
    <fieldset className={classes.list} data-testid={testId(props)}>
      <legend>{props.label}</legend>
      {props.help && <p className={classes.listHelp}>{props.help}</p>}
      {items.map((item, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an item has no identity but its place
        <div key={at} className={classes.listItem} data-whole={whole || undefined}>
          <Inner
            {...props}
            name={`${props.name}.${at}`}
            schema={schema}
            meta={fieldMeta(schema) ?? {}}
            label={whole ? `${at + 1}` : t('list.item', { label: props.label, number: at + 1 })}
            help={undefined}
            value={item}
            required={false}
            {...problemsAt(props, `${props.name}.${at}`, message)}
            change={(value) => props.change(items.map((one, index) => (index === at ? (value ?? starterItem(schema)) : one)))}
          />
          <ActionIcon
            aria-label={t('list.remove', { label: props.label, number: at + 1 })}
            onClick={() => props.change(items.filter((_one, index) => index !== at))}
          >
            <IconTrash size={15} stroke={1.6} />
          </ActionIcon>
        </div>
      ))}
      <Button
        variant="default"
        leftSection={<IconPlus size={14} />}
        disabled={items.length >= most}
        onClick={() => props.change([...items, starterItem(schema)])}
        data-testid={`${testId(props)}-add`}
      >
        {t('list.add')}
      </Button>
      {props.error && !props.problems.some((p) => p.param?.startsWith(`${props.name}.`)) && (
        <p role="alert" className={classes.listError}>
          {props.error}
        </p>
      )}
    </fieldset>
  );
}

/** Fields under one name. */
export function ObjectField({ inner: Inner, ...props }: FieldProps & { readonly inner: InnerField }) {
  const say = useSay();
  const message = useSayMessage();
  const value = objectOf(props.value ?? props.schema.default);
  return (
    <fieldset className={classes.object} data-testid={testId(props)}>
      {props.label && <legend>{props.label}</legend>}
      {props.help && <p className={classes.listHelp}>{props.help}</p>}
      {Object.entries(props.schema.properties ?? {}).map(([name, schema]) => {
        if (schema.const !== undefined) return null;
        const meta = fieldMeta(schema) ?? {};
        const words = meta.title ?? wordsOf(props.manifest, name);
        const path = `${props.name}.${name}`;
        return (
          <Inner
            key={name}
            {...props}
            name={path}
            schema={schema}
            meta={meta}
            label={words ? say(words) : name}
            help={meta.help && say(meta.help)}
            value={value[name]}
            required={isRequired(props.schema, name)}
            {...problemsAt(props, path, message)}
            change={(next) => props.change(withValue(value, name, next))}
          />
        );
      })}
    </fieldset>
  );
}

/** One of several kinds of object: which kind, and the fields of that kind. */
export function ChoiceField({ inner, ...props }: FieldProps & { readonly inner: InnerField }) {
  const say = useSay();
  const by = discriminator(props.schema) ?? '';
  const value = objectOf(props.value);
  const kindOf = (one: JsonSchema) => String(one.properties?.[by]?.const);
  const kinds = props.schema.oneOf ?? [];
  const chosen = kinds.find((one) => kindOf(one) === value[by]) ?? kinds[0];
  const words = wordsOf(props.manifest, by);
  const options = fieldMeta(chosen?.properties?.[by] ?? {})?.options ?? props.meta.options;
  return (
    <div className={classes.object}>
      <Select
        label={`${props.label} · ${words ? say(words) : by}`}
        data={kinds.map((one) => ({
          value: kindOf(one),
          label: options?.[kindOf(one)] ? say(options[kindOf(one)]) : kindOf(one),
        }))}
        value={chosen ? kindOf(chosen) : null}
        allowDeselect={false}
        onChange={(kind) => {
          const next = kinds.find((one) => kindOf(one) === kind);
          // what both kinds have is kept
          const kept = Object.entries(value).filter(([name]) => name !== by && next?.properties?.[name]);
          if (next) props.change({ ...(starterItem(next) as object), ...Object.fromEntries(kept) });
        }}
        data-testid={`${testId(props)}-${by}`}
      />
      {chosen && <ObjectField {...props} schema={chosen} label="" help={undefined} inner={inner} />}
    </div>
  );
}

function useSayMessage() {
  const say = useSay();
  return (problem: FieldProps['problems'][number]) => say(problem.message);
}

const isRequired = (schema: JsonSchema, name: string): boolean =>
  (schema.required ?? []).includes(name) && schema.properties?.[name]?.default === undefined;

function problemsAt(props: FieldProps, path: string, message: (problem: FieldProps['problems'][number]) => string) {
  const problems = props.problems.filter(({ param }) => param === path || param?.startsWith(`${path}.`));
  const own = problems.find(({ param }) => param === path);
  return { problems, error: own && message(own) };
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};

/** Without the name when there is nothing to say, so that the default holds. */
function withValue(object: Readonly<Record<string, unknown>>, name: string, value: unknown): Record<string, unknown> {
  const { [name]: _before, ...rest } = object;
  return value === undefined ? rest : { ...object, [name]: value };
}
