import type { AddressCheck, TagValueType } from '#blocks/sdk/connector.ts';

/** Ids of data items are unique in an agent (MTConnect Part 2). */
const ID = /^[^\s<>&"'/]{1,128}$/u;

export function checkAddress(text: string, _type: TagValueType): AddressCheck {
  if (ID.test(text)) return { ok: true };
  return {
    ok: false,
    code: 'address.form',
    message: {
      en: `“${text}” is not the id of a data item. Browse the agent, or look up the id in its /probe document, for example Xact.`,
      zh: `“${text}”不是数据项标识。请浏览代理，或在其 /probe 文档中查找 id，例如 Xact。`,
    },
  };
}
