import { type FieldMeta, field, z } from '#blocks/sdk/index.ts';

/** As `columnName` of the SDK, in the very words that the released versions of this group are locked with. */
export const columnName = z
  .string()
  .regex(/^[a-z][a-zA-Z0-9_]*$/, { message: 'a letter a–z, then letters, digits or _ | 以小写字母开头，后接字母、数字或下划线' });

/** Columns to take: `name` it gets, `from` the one on the wire (absent: the same), `unit` to convert it to. */
export const columnChoice = (meta: FieldMeta) =>
  field(
    z
      .array(z.object({ name: columnName, from: columnName.optional(), unit: z.string().min(1).optional() }))
      .min(1)
      .max(200)
      .refine((list) => new Set(list.map((c) => c.name)).size === list.length, {
        message: 'two columns get the same name | 有两列使用了同一名称',
      }),
    meta,
  );
