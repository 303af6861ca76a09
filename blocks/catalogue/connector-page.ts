import type { Bilingual } from '#runtime/graph/document.ts';
import type { ConnectorCard, ObjectSchema } from './connector-card.ts';
import { type Language, table, withHelp } from './reference.ts';

const SAID = {
  settings: { en: 'Settings', zh: '设置' },
  secrets: { en: 'Secrets', zh: '密钥' },
  addresses: { en: 'Addresses', zh: '地址' },
  behaviour: { en: 'Behaviour', zh: '行为' },
  more: { en: 'More', zh: '补充说明（英文）' },
  field: { en: 'Field', zh: '字段' },
  meaning: { en: 'Meaning', zh: '含义' },
  unit: { en: 'Unit', zh: '单位' },
  values: { en: 'Values', zh: '取值' },
  standard: { en: 'Default', zh: '默认值' },
  browsable: { en: 'Its address space can be browsed.', zh: '可浏览其地址空间。' },
  device: { en: 'A read asks the device.', zh: '读取时询问设备。' },
  newest: { en: 'A read gives the newest value that came.', zh: '读取时给出最近收到的值。' },
  resumes: {
    en: 'The source keeps what was not acknowledged: an outage on our side leaves no gap.',
    zh: '数据源保留未确认的数据，我方中断不会造成缺口。',
  },
  gaps: { en: 'What the source sends while we are away is recorded as a gap.', zh: '我方中断期间数据源发送的数据记为缺口。' },
  publishes: { en: 'Shows values of the platform to others.', zh: '向外部发布平台中的变量。' },
  listens: { en: 'Others send to it, at an address of the connection.', zh: '由对方主动发送到该连接的地址。' },
} as const satisfies Record<string, Bilingual>;

/** A connector's page: its card in the reader's language, and what its README says. */
export function connectorPage(card: ConnectorCard, readme: string, language: Language): string {
  const say = (name: keyof typeof SAID) => SAID[name][language];
  const fields = (schema: ObjectSchema): string[] => {
    const entries = Object.entries(schema.properties ?? {});
    if (entries.length === 0) return [];
    return [
      table(
        [say('field'), say('meaning'), say('unit'), say('values'), say('standard')],
        entries.map(([name, field]) => {
          const meta = field['x-millwright'];
          const help = meta?.help?.[language];
          const title = meta?.title?.[language] ?? name;
          const options = field.enum
            ?.map((option) => `\`${option}\` ${meta?.options?.[option]?.[language] ?? ''}`.trim())
            .join('; ');
          const range = [field.minimum ?? '', field.maximum ?? ''].some((limit) => limit !== '')
            ? `${field.minimum ?? ''} … ${field.maximum ?? ''}`
            : '';
          const standard =
            field.default === undefined
              ? ''
              : typeof field.default === 'object'
                ? JSON.stringify(field.default)
                : String(field.default);
          return [`\`${name}\``, withHelp(title, help, language), meta?.unit ?? '', options ?? range, standard];
        }),
      ),
    ];
  };
  const part = (name: 'settings' | 'secrets', schema: ObjectSchema) => {
    const rows = fields(schema);
    return rows.length > 0 ? [`## ${say(name)}`, ...rows] : [];
  };
  const own = readme
    .replace(/^\s*#\s[^\n]*\n/, '')
    .replaceAll(/^## /gm, '### ')
    .trim();
  return `${[
    `# ${card.title[language]}`,
    `\`${card.id}\` ${card.version}`,
    card.summary[language],
    ...part('settings', card.settings),
    ...part('secrets', card.secrets),
    `## ${say('addresses')}`,
    card.address.help[language],
    card.address.examples.map((example) => `- \`${example}\``).join('\n'),
    `## ${say('behaviour')}`,
    [
      ...(card.browsable ? [say('browsable')] : []),
      say(card.reads),
      card.publishes ? say('publishes') : say(card.resumes ? 'resumes' : 'gaps'),
      ...(card.listens ? [say('listens')] : []),
    ]
      .map((line) => `- ${line}`)
      .join('\n'),
    ...(own ? [`## ${say('more')}`, own] : []),
  ]
    .filter((text) => text !== '')
    .join('\n\n')}\n`;
}
