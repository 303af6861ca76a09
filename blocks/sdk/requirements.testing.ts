import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bilingual } from '#runtime/graph/document.ts';
import type { BlockManifest, JsonSchema, PortManifest } from '#runtime/graph/manifest.ts';
import { isUnit } from '#runtime/units/units.ts';
import type { BlockCase } from './case-format.testing.ts';
import { wordsOf } from './column-words.ts';
import type { FieldMeta } from './params.ts';

/** What every block has beside its code. Each lack is one sentence that says what would be right. */

/** Sections of `README.md` and `README.zh.md`. The parameters of the Chinese page come from the block's own titles. */
export const SECTIONS = {
  'README.md': ['Formula', 'Parameters', 'Limits', 'Source', 'Worked example'],
  'README.zh.md': ['公式', '适用范围', '来源', '算例'],
} as const;

const CHINESE = /\p{Script=Han}/u;

function lackingTitle(what: string, title: Bilingual | undefined): string[] {
  if (!title) return [`${what} has no title: give { en, zh }`];
  return [
    ...(title.en?.trim() ? [] : [`${what} has no English title`]),
    // A symbol such as Cpk or T² is the same in both languages.
    ...(title.zh?.trim() && (CHINESE.test(title.zh) || title.zh === title.en) ? [] : [`${what} has no Chinese title`]),
  ];
}

function lackingParam(name: string, schema: JsonSchema): string[] {
  const meta = schema['x-millwright'] as FieldMeta | undefined;
  const options = schema.enum?.filter((option) => typeof option === 'string') ?? [];
  return [
    ...lackingTitle(`parameter '${name}'`, meta?.title),
    ...(meta?.help ? lackingTitle(`the help of parameter '${name}'`, meta.help) : []),
    ...(meta?.unit === undefined || isUnit(meta.unit) ? [] : [`parameter '${name}': '${meta.unit}' is not a UCUM unit`]),
    ...options.flatMap((option) => lackingTitle(`option '${option}' of parameter '${name}'`, meta?.options?.[option])),
  ];
}

function lackingPort(manifest: BlockManifest, port: string, { columns }: PortManifest): string[] {
  const named = (name: string) =>
    wordsOf(manifest, name)
      ? []
      : [
          `'${name}' (port '${port}') has no words: put them under 'labels', or into blocks/sdk/column-words.ts when many blocks have it`,
        ];
  return [
    ...named(port),
    ...Object.entries(columns).flatMap(([column, { unit }]) => [
      ...named(column),
      ...(typeof unit !== 'string' || isUnit(unit) ? [] : [`column '${column}': '${unit}' is not a UCUM unit`]),
    ]),
  ];
}

function lackingReadme(folder: string, manifest: BlockManifest): string[] {
  return Object.entries(SECTIONS).flatMap(([file, sections]) => {
    if (!existsSync(join(folder, file))) return [`${file} is missing: it has the sections ${sections.join(', ')}`];
    const text = readFileSync(join(folder, file), 'utf8');
    return [
      ...sections
        .filter((section) => !new RegExp(`^## ${section}\\s*\\n+(?!##)\\S`, 'm').test(text))
        .map((section) => `${file} has no section '## ${section}' with a text`),
      ...(file === 'README.md'
        ? Object.keys(manifest.params.properties ?? {})
            .filter((name) => !new RegExp(`\`[^\`]*\\b${name}\\b[^\`]*\``).test(text))
            .map((name) => `${file} does not say what parameter \`${name}\` means`)
        : []),
    ];
  });
}

/** Titles, parameters, options, ports and README, in both languages; units that are units. */
export function lackingWords(folder: string, manifest: BlockManifest): string[] {
  return [
    ...lackingTitle('the block', manifest.title),
    ...lackingTitle('the summary', manifest.summary),
    ...Object.entries(manifest.params.properties ?? {}).flatMap(([name, schema]) => lackingParam(name, schema)),
    ...[...Object.entries(manifest.inputs), ...Object.entries(manifest.outputs)].flatMap(([port, decl]) =>
      lackingPort(manifest, port, decl),
    ),
    ...lackingReadme(folder, manifest),
  ];
}

/** A source is named when more is said than who calculated. */
const isNamed = (source: string) => source.replace(/\bby (hand|definition)\b[.;:, ]*/i, '').trim().length >= 8;
const expects = (test: BlockCase) => Boolean(test.expected ?? test.effects ?? test.alarms);

/** Values from outside, a case with bad quality, a falsifier. A block computes when it has inputs and asks the host for nothing. */
export function lackingCases(manifest: BlockManifest, cases: readonly BlockCase[]): string[] {
  if (manifest.shape === 'source') return [];
  const computes = manifest.capabilities.length === 0;
  const vectors = cases.filter((test) => expects(test) && isNamed(test.source)).length;
  return [
    ...(computes && vectors < 3
      ? [
          `${vectors} of at least 3 reference vectors: cases with expected values whose 'source' names a standard, paper, certified table, closed form or other implementation`,
        ]
      : []),
    ...(cases.some((test) => test.input.some((row) => Object.keys(row).some((column) => column.endsWith('.quality'))))
      ? []
      : [
          `no case shows what bad quality does: give a row with '<column>.quality' (this block's policy is '${manifest.badQuality}')`,
        ]),
    ...(cases.some((test) => test.falsifier && expects(test))
      ? []
      : [`no case has a 'falsifier': a wrong parameter or disturbed row with which the expectation must fail`]),
  ];
}
