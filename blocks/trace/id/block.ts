import { boolean, defineBlock, field, json, text, time, z } from '#blocks/sdk/index.ts';
import { identify, KINDS, type Kind } from './identify.ts';
import { dateOf } from './read-date.ts';

export default defineBlock({
  id: 'trace.id',
  version: '1.0.0',
  title: { en: 'Identifier', zh: '标识解析' },
  summary: {
    en: 'Reads and checks an identifier: GTIN, SGTIN, SSCC, GLN and GS1 element strings, VAA, Handle, OID, Ecode; gives its parts and one canonical form.',
    zh: '解析并校验标识：GTIN、SGTIN、SSCC、GLN 及 GS1 数据串，VAA、Handle、OID、Ecode；给出各组成部分和统一写法。',
  },
  words: { en: 'barcode GS1 serial lot check digit traceability scan', zh: '条码 二维码 序列号 批号 校验码 追溯 扫码 标识' },
  icon: 'barcode',
  reference: 'GS1 General Specifications, Syntax Dictionary and Digital Link; RFC 3650; ITU-T X.660; GB/T 31866',
  labels: {
    text: { en: 'Identifier', zh: '标识' },
    valid: { en: 'Valid', zh: '有效' },
    kind: { en: 'Kind', zh: '类型' },
    id: { en: 'Canonical form', zh: '统一写法' },
    gtin: { en: 'GTIN', zh: '商品代码 GTIN' },
    serial: { en: 'Serial number', zh: '序列号' },
    lot: { en: 'Lot', zh: '批号' },
    expiry: { en: 'Expiry', zh: '有效期至' },
    fields: { en: 'Parts', zh: '组成部分' },
    at: { en: 'Where', zh: '位置' },
  },
  params: z.object({
    kind: field(z.enum(['any', ...KINDS]).default('any'), {
      title: { en: 'Kind', zh: '标识类型' },
      help: {
        en: 'Thirteen plain digits are a GTIN unless a GLN is asked for; an Ecode has to be asked for.',
        zh: '13 位纯数字按 GTIN 处理，GLN 须指定；Ecode 须指定。',
      },
      options: {
        any: { en: 'As it looks', zh: '自动识别' },
        gtin: { en: 'GTIN', zh: '商品代码（GTIN）' },
        sgtin: { en: 'GTIN with serial number', zh: '带序列号的 GTIN' },
        sscc: { en: 'SSCC', zh: '物流单元代码（SSCC）' },
        gln: { en: 'GLN', zh: '位置码（GLN）' },
        gs1: { en: 'GS1 element string', zh: 'GS1 数据串' },
        vaa: { en: 'VAA', zh: 'VAA 标识' },
        handle: { en: 'Handle', zh: 'Handle 标识' },
        oid: { en: 'OID', zh: '对象标识符（OID）' },
        ecode: { en: 'Ecode', zh: 'Ecode 编码' },
      },
    }),
    companions: field(z.boolean().default(true), {
      title: { en: 'GS1 data must belong together', zh: '检查 GS1 数据的搭配' },
      help: {
        en: 'A lot or a weight needs its GTIN, a serial number excludes another.',
        zh: '如批号、质量须带 GTIN，互斥的数据不得同时出现。',
      },
    }),
  }),
  input: { text: text() },
  output: {
    valid: boolean(),
    kind: text(),
    id: text(),
    gtin: text(),
    serial: text(),
    lot: text(),
    expiry: time(),
    fields: json<Readonly<Record<string, string>>>(),
    reason: text(),
    at: text(),
  },
  each: (row, _s, p) => read(row.text ?? '', row.time, p.kind, p.companions),
});

/** What an identifier does not have is missing in the row. */
function read(given: string, now: number, kind: Kind | 'any', companions: boolean) {
  const { valid, fields, reason = '', at = '', ...found } = identify(given, kind === 'any' ? undefined : kind, companions);
  return {
    valid,
    kind: found.kind,
    id: found.id,
    gtin: fields?.['01'] ?? fields?.['02'],
    serial: fields?.['21'],
    lot: fields?.['10'],
    expiry: dateOf(fields?.['17'], now),
    fields: fields ?? {},
    reason,
    at,
  };
}
