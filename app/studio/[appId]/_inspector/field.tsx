'use client';
import type { ComponentType } from 'react';
import { type FieldKind, fieldKind } from '../_session/starter.ts';
import type { FieldProps } from './field-props.ts';
import { CodeField } from './fields/code.tsx';
import { ColumnsField } from './fields/columns.tsx';
import { DurationField } from './fields/duration.tsx';
import { ExpressionField } from './fields/expression.tsx';
import { ChoiceField, ListField, ObjectField } from './fields/list.tsx';
import { RoleField } from './fields/role.tsx';
import { BilingualField, BooleanField, EnumField, JsonField, NumberField, TextAreaField, TextField } from './fields/simple.tsx';
import { UnitField } from './fields/unit.tsx';

/** One editor per kind of parameter. */
const FIELDS: Readonly<Record<FieldKind, ComponentType<FieldProps>>> = {
  expression: ExpressionField,
  code: CodeField,
  role: RoleField,
  unit: UnitField,
  column: TextField,
  columns: ColumnsField,
  duration: DurationField,
  'text-area': TextAreaField,
  bilingual: BilingualField,
  enum: EnumField,
  boolean: BooleanField,
  number: NumberField,
  text: TextField,
  list: (props) => <ListField {...props} inner={Field} />,
  object: (props) => <ObjectField {...props} inner={Field} />,
  choice: (props) => <ChoiceField {...props} inner={Field} />,
  json: JsonField,
};

export function Field(props: FieldProps) {
  const Editor = FIELDS[fieldKind(props.schema)];
  return <Editor {...props} />;
}
