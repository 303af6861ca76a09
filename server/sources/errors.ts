import { defineErrors } from '../errors.ts';

export const failed = defineErrors({
  'source.connector-unknown': {
    family: 'user',
    status: 400,
    en: 'There is no connector "{connector}". Known: {known}.',
    zh: '没有连接器“{connector}”。可用：{known}。',
  },
  'source.name-taken': {
    family: 'user',
    status: 409,
    en: 'There is already a connection "{name}". Choose another name.',
    zh: '连接“{name}”已存在。请使用其他名称。',
  },
  'source.connector-fixed': {
    family: 'user',
    status: 409,
    en: 'The protocol of a connection cannot be changed. Make a new connection.',
    zh: '连接的协议不能更改。请新建连接。',
  },
  'source.used': {
    family: 'user',
    status: 409,
    en: '{count} tag(s) take their values from this connection. Move them to another one first, or disable the connection.',
    zh: '有 {count} 个测点使用此连接。请先将其改到其他连接，或停用此连接。',
  },
  'source.off': {
    family: 'user',
    status: 412,
    en: 'The connection is disabled. Enable it first; then it can be tested and browsed.',
    zh: '连接已停用。请先启用，然后才能测试和浏览。',
  },
  'source.no-answer': {
    family: 'operator',
    status: 408,
    en: 'No gateway answered in {seconds} s. See whether a gateway runs (Admin, health), then try again.',
    zh: '网关在 {seconds} 秒内没有应答。请检查网关是否运行（管理 → 运行状况），然后重试。',
  },
  'source.address': {
    family: 'user',
    status: 400,
    en: 'The address "{address}" does not fit. {why}',
    zh: '地址“{address}”无效。{why}',
  },
  'source.certificate-decided': {
    family: 'user',
    status: 409,
    en: 'Someone decided about this certificate meanwhile: it is {state}.',
    zh: '其他人已对该证书作出决定，当前为：{state}。',
  },
});
