import { capabilityWords } from '#blocks/sdk/capability-words.ts';
import { wordsOf } from '#blocks/sdk/column-words.ts';
import type { FieldMeta } from '#blocks/sdk/params.ts';
import type { Bilingual } from '#runtime/graph/document.ts';
import type { BlockManifest, JsonSchema, PortManifest, UnitRule } from '#runtime/graph/manifest.ts';

/** A block's page, in one language, from its definition and its READMEs: `docs/blocks`, `/blocks/<id>` and the help of the studio are all this. */
export type Language = 'en' | 'zh';

/** Texts of a README by the headings below. */
export type Sections = Readonly<Partial<Record<'formula' | 'limits' | 'source' | 'example', string>>>;
const HEADINGS: Readonly<Record<string, keyof Sections>> = {
  Formula: 'formula',
  Limits: 'limits',
  Source: 'source',
  'Worked example': 'example',
  公式: 'formula',
  适用范围: 'limits',
  来源: 'source',
  算例: 'example',
};
export function sectionsOf(readme: string): Sections {
  const sections: Partial<Record<keyof Sections, string>> = {};
  for (const part of readme.replaceAll('\r\n', '\n').split(/^## /m).slice(1)) {
    const [heading = '', ...text] = part.split('\n');
    const name = HEADINGS[heading.trim()];
    if (name) sections[name] = text.join('\n').trim();
  }
  return sections;
}

const SAID = {
  formula: { en: 'Formula', zh: '公式' },
  parameters: { en: 'Parameters', zh: '参数' },
  ports: { en: 'Ports', zh: '端口' },
  behaviour: { en: 'Behaviour', zh: '行为' },
  limits: { en: 'Limits', zh: '适用范围' },
  source: { en: 'Source', zh: '来源' },
  example: { en: 'Worked example', zh: '算例' },
  cases: { en: 'Checked against', zh: '验证依据' },
  parameter: { en: 'Parameter', zh: '参数' },
  meaning: { en: 'Meaning', zh: '含义' },
  unit: { en: 'Unit', zh: '单位' },
  values: { en: 'Values', zh: '取值' },
  standard: { en: 'Default', zh: '默认值' },
  port: { en: 'Port', zh: '端口' },
  column: { en: 'Column', zh: '列' },
  type: { en: 'Type', zh: '类型' },
  input: { en: 'in', zh: '输入' },
  output: { en: 'out', zh: '输出' },
  table: { en: 'table', zh: '表' },
  optional: { en: 'optional', zh: '可选' },
  listed: { en: 'the columns that this parameter lists', zh: '该参数列出的各列' },
  ofRole: { en: 'of the role', zh: '同角色' },
  any: { en: 'any', zh: '任意' },
  none: { en: 'None.', zh: '无。' },
  propagate: { en: 'Bad values: results made of them are bad.', zh: '质量为坏的值：由其得出的结果同样为坏。' },
  skip: { en: 'Bad values: rows with them are left out.', zh: '质量为坏的值：相应数据行被跳过。' },
  hold: { en: 'Bad values: the last result is held, and marked.', zh: '质量为坏的值：保持上一结果并加标记。' },
  state: {
    en: 'Keeps state per object; it is saved with the app and survives restarts.',
    zh: '按对象保存状态，随应用一起存盘，重启后继续。',
  },
  needs: { en: 'Needs permission', zh: '需要权限' },
} as const satisfies Record<string, Bilingual>;

const TYPES: Readonly<Record<string, Bilingual>> = {
  number: { en: 'number', zh: '数值' },
  integer: { en: 'integer', zh: '整数' },
  boolean: { en: 'on/off', zh: '开关量' },
  text: { en: 'text', zh: '文本' },
  time: { en: 'time', zh: '时间' },
  json: { en: 'JSON', zh: 'JSON' },
  wave: { en: 'waveform', zh: '波形' },
  blob: { en: 'file', zh: '文件' },
  decimal: { en: 'decimal', zh: '定点数' },
};

/** `cases`: title and source of each, as they stand in the case files. */
export function blockPage(
  manifest: BlockManifest,
  sections: Sections,
  cases: readonly { readonly title: string; readonly source: string }[],
  language: Language,
): string {
  const say = (name: keyof typeof SAID) => SAID[name][language];
  const part = (name: keyof Sections) => (sections[name] ? [`## ${say(name)}`, sections[name]] : []);
  const { reference } = manifest;
  return `${[
    `# ${manifest.title[language]}`,
    `\`${manifest.id}\` ${manifest.version}`,
    manifest.summary[language],
    ...part('formula'),
    `## ${say('parameters')}`,
    parameters(manifest, language),
    `## ${say('ports')}`,
    ports(manifest, language),
    `## ${say('behaviour')}`,
    behaviour(manifest, language),
    ...part('limits'),
    `## ${say('source')}`,
    sections.source ?? reference ?? say('none'),
    ...part('example'),
    ...(cases.length > 0 ? [`## ${say('cases')}`, [...new Set(cases.map((c) => `- ${cell(c.source)}`))].join('\n')] : []),
  ].join('\n\n')}\n`;
}

function parameters(manifest: BlockManifest, language: Language): string {
  const say = (name: keyof typeof SAID) => SAID[name][language];
  const entries = Object.entries(manifest.params.properties ?? {});
  if (entries.length === 0) return say('none');
  return table(
    [say('parameter'), say('meaning'), say('unit'), say('values'), say('standard')],
    entries.map(([name, schema]) => {
      const meta = schema['x-millwright'] as FieldMeta | undefined;
      const title = meta?.title?.[language] ?? name;
      const help = meta?.help?.[language];
      return [
        `\`${name}\``,
        withHelp(title, help, language),
        meta?.unit ?? '',
        valuesOf(schema, meta, language),
        standardOf(schema),
      ];
    }),
  );
}

function valuesOf(schema: JsonSchema, meta: FieldMeta | undefined, language: Language): string {
  if (schema.enum)
    return schema.enum
      .map((option) => `\`${String(option)}\` ${meta?.options?.[String(option)]?.[language] ?? ''}`.trim())
      .join('; ');
  const bound = (word: string, sign: string) => {
    const limit = schema[word];
    return typeof limit === 'number' && Math.abs(limit) < Number.MAX_SAFE_INTEGER ? [`${sign} ${limit}`] : [];
  };
  const bounds = [
    ...bound('minimum', '≥'),
    ...bound('exclusiveMinimum', '>'),
    ...bound('maximum', '≤'),
    ...bound('exclusiveMaximum', '<'),
  ];
  if (bounds.length > 0) return bounds.join(', ');
  return TYPES[String(schema.type ?? '')]?.[language] ?? '';
}

const standardOf = ({ default: value }: JsonSchema): string =>
  value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);

function ports(manifest: BlockManifest, language: Language): string {
  const say = (name: keyof typeof SAID) => SAID[name][language];
  const words = (name: string) => wordsOf(manifest, name)?.[language] ?? name;
  const rows = (direction: 'input' | 'output', list: Readonly<Record<string, PortManifest>>) =>
    Object.entries(list).flatMap(([port, decl]) => {
      const label = [say(direction), `\`${port}\``, decl.kind === 'frame' ? `(${say('table')})` : ''].filter(Boolean).join(' ');
      const optional =
        manifest.optionalInputs.includes(port) && direction === 'input' ? inBrackets(say('optional'), language) : '';
      const columns = Object.entries({ ...decl.columns, ...decl.otherwise });
      const listed = [...(decl.columnsFrom ?? []).map(({ param }) => param), ...(decl.listed ? [decl.listed] : [])];
      const more = [
        ...listed.map((param) => [label + optional, `\`${param}\``, say('listed'), '', '']),
        ...(decl.columnsFromRole ? [[label + optional, '`value`', words('value'), say('ofRole'), say('ofRole')]] : []),
      ];
      if (columns.length === 0 && more.length === 0) return [[label + optional, '', words(port), '', '']];
      const declared = columns.map(([column, { type, unit, optional: free }]) => [
        label + optional,
        `\`${column}\``,
        words(column) + (free ? inBrackets(say('optional'), language) : ''),
        TYPES[type]?.[language] ?? type,
        unitText(unit, type, language),
      ]);
      return [...declared, ...more];
    });
  return table(
    [say('port'), say('column'), say('meaning'), say('type'), say('unit')],
    [...rows('input', manifest.inputs), ...rows('output', manifest.outputs)],
  );
}

function unitText(unit: UnitRule | undefined, type: string, language: Language): string {
  if (unit === undefined) return type === 'number' || type === 'wave' ? SAID.any[language] : '';
  if (typeof unit === 'string') return unit;
  const of = (name: string) => (language === 'en' ? `of \`${name}\`` : `同 \`${name}\``);
  if ('same' in unit) return of(unit.same);
  if ('per' in unit) return `${of(unit.per[0])} / ${unit.per[1]}`;
  if ('times' in unit) return `${of(unit.times[0])} · ${unit.times[1]}`;
  return of('param' in unit ? unit.param : unit.role);
}

function behaviour(manifest: BlockManifest, language: Language): string {
  const say = (name: keyof typeof SAID) => SAID[name][language];
  const granted = manifest.capabilities.map((capability) => {
    const words = capabilityWords(capability)?.[language];
    return `\`${capability}\`${words ? inBrackets(words, language) : ''}`;
  });
  return (
    [
      ...(manifest.shape === 'source' ? [] : [`- ${say(manifest.badQuality)}`]),
      ...(Object.keys(manifest.state).length > 0 ? [`- ${say('state')}`] : []),
      ...(granted.length > 0
        ? [`- ${say('needs')}${language === 'en' ? ': ' : '：'}${granted.join(language === 'en' ? ', ' : '、')}`]
        : []),
    ].join('\n') || say('none')
  );
}

/** A title with what more there is to say. */
export const withHelp = (title: string, help: string | undefined, language: Language): string =>
  help ? (language === 'en' ? `${title}. ${help}` : `${title}。${help}`) : title;
const inBrackets = (text: string, language: Language): string => (language === 'en' ? ` (${text})` : `（${text}）`);

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');
