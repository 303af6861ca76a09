/**
 * Why an effect was not done: a stable code with its parameters, and one sentence per language. What is stored and logged is the code with
 * its parameters (and the English sentence for logs); a program is told the code; a person reads their own language.
 */
import type { EffectOutcome } from '#drizzle/schema/effect.ts';
import type { Bilingual } from '#runtime/graph/document.ts';

export const REASONS = {
  // the request itself, found when it was committed
  'unknown-kind': { en: 'There is no action “{kind}”.', zh: '不存在动作“{kind}”。' },
  'not-granted': {
    en: 'The app may not do this: the permission {capability} was not given or was taken back.',
    zh: '应用无权执行：未授予或已收回权限 {capability}。',
  },
  'invalid-request': { en: 'What the app asked for is not valid at “{where}”.', zh: '应用的请求在“{where}”处无效。' },
  'role-unbound': { en: 'No tag is mapped to the role {role}.', zh: '角色 {role} 未绑定测点。' },
  'guard-unbound': {
    en: 'The interlock {node} needs the role {role}, to which no tag is mapped.',
    zh: '联锁 {node} 所需的角色 {role} 未绑定测点。',
  },
  'too-many': {
    en: 'The app asked for more than {limit} actions in a minute; the rest was not done.',
    zh: '应用每分钟的动作超过 {limit} 次，超出部分未执行。',
  },

  // time and persons
  expired: { en: 'The time to act was over; it is not done late.', zh: '已超过执行时限，不会迟到执行。' },
  'refused-by': { en: 'Refused by {by}.', zh: '{by} 已拒绝。' },
  'refused-because': { en: 'Refused by {by}: {comment}', zh: '{by} 已拒绝：{comment}' },

  // writes
  'app-gone': { en: 'The app is not installed any more.', zh: '应用已卸载。' },
  'app-stopped': { en: 'The app was stopped.', zh: '应用已停止。' },
  'tag-gone': { en: 'The tag is gone or has no address.', zh: '测点已删除或没有地址。' },
  'not-writable': { en: '{tag} is read-only.', zh: '{tag} 为只读。' },
  'not-a-number': { en: 'A tag of type {type} cannot be written with a number.', zh: '类型为 {type} 的测点不能写入数值。' },
  'out-of-limits': {
    en: '{value} {unit} is outside the limits of {tag} ({low} to {high}).',
    zh: '{value} {unit} 超出 {tag} 的限值（{low} 至 {high}）。',
  },
  'too-often': {
    en: 'The tag was written {count} times in {seconds} s; more is not allowed.',
    zh: '该测点在 {seconds} 秒内已写入 {count} 次，超过允许次数。',
  },
  interlock: { en: 'The interlock “{condition}” does not hold: {seen}.', zh: '联锁条件“{condition}”不成立：{seen}。' },
  'interlock-unreadable': { en: 'The interlock “{condition}” cannot be judged.', zh: '联锁条件“{condition}”无法判断。' },
  'stale-value': {
    en: 'The interlock cannot be judged: {name} is {age} s old, at most {limit} s are allowed.',
    zh: '联锁无法判断：{name} 的数值已过 {age} 秒，最多允许 {limit} 秒。',
  },
  'no-value': { en: 'The interlock cannot be judged: {name} has no value.', zh: '联锁无法判断：{name} 没有数值。' },
  'bad-value': {
    en: 'The interlock cannot be judged: {name} has no usable value now ({quality}).',
    zh: '联锁无法判断：{name} 当前数值不可用（{quality}）。',
  },
  unguarded: {
    en: 'The node {node} commands a machine without an interlock before it.',
    zh: '节点 {node} 未经联锁就向设备下发指令。',
  },
  leased: {
    en: '{holder} controls this alone, for {seconds} s more.',
    zh: '{holder} 正在独占控制，剩余 {seconds} 秒。',
  },
  'no-connection': { en: 'There is no connection to the device: {cause}', zh: '与设备没有连接：{cause}' },
  'device-refused': { en: 'The device refused the write: {cause}', zh: '设备拒绝了写入：{cause}' },
  'not-read-back': { en: 'The device did not tell the value after the write: {cause}', zh: '写入后设备未返回数值：{cause}' },
  'readback-differs': {
    en: 'Written {asked}, but the device has {back}; the tolerance is {tolerance}.',
    zh: '写入 {asked}，设备实际为 {back}，容差为 {tolerance}。',
  },
  'outcome-unknown': {
    en: 'Whether the device took the write is not known: {cause}',
    zh: '无法确认设备是否已接受写入：{cause}',
  },

  // commands and recipes
  'method-none': { en: 'Over {connector} no method can be called.', zh: '{connector} 不支持调用方法。' },
  'method-refused': { en: 'The device did not carry out {method}: {cause}', zh: '设备未执行 {method}：{cause}' },
  'recipe-scattered': {
    en: 'A recipe is downloaded over one connection; {first} and {other} are on different ones.',
    zh: '配方只能经同一连接下载；{first} 与 {other} 属于不同连接。',
  },
  'recipe-twice': { en: 'Two parameters of the recipe are mapped to {tag}.', zh: '配方中有两个参数绑定到 {tag}。' },
  'recipe-unit': {
    en: 'The parameter {role} is in {unit}, which cannot be converted to {of}.',
    zh: '参数 {role} 的单位为 {unit}，无法换算为 {of}。',
  },
  'recipe-former': {
    en: 'Nothing was written: what {tag} has now cannot be read, so it could not be put back.',
    zh: '未写入：{tag} 的当前值无法读取，失败时将无法恢复。',
  },
  'recipe-undone': {
    en: '{tag} did not take its value ({cause}); the former set was put back.',
    zh: '{tag} 写入失败（{cause}），已恢复原参数组。',
  },
  'recipe-in-part': {
    en: '{tag} did not take its value ({cause}), and the former set could not be put back at {left}. Look at the machine.',
    zh: '{tag} 写入失败（{cause}），且 {left} 未能恢复原值，请检查设备。',
  },

  // messages
  'channel-missing': {
    en: 'There is no channel “{channel}”; the message is in the inbox only.',
    zh: '不存在渠道“{channel}”，消息仅保存在收件箱。',
  },
  'channel-no-files': {
    en: 'The channel “{channel}” takes no files; the documents are stored. Use one of the kind e-mail.',
    zh: '渠道“{channel}”不能发送文件，文档已保存。请使用电子邮件渠道。',
  },
  'channel-settings': { en: 'The settings of the channel are not complete.', zh: '渠道设置不完整。' },
  'secret-closed': {
    en: 'The password of the channel cannot be opened; enter it anew.',
    zh: '无法解开渠道密码，请重新输入。',
  },
  'receiver-refused': { en: 'The receiver refused the message ({status}).', zh: '接收方拒绝了消息（{status}）。' },
  'receiver-away': { en: 'The receiver does not answer ({cause}).', zh: '接收方没有响应（{cause}）。' },
  'sign-in-refused': { en: 'The mail server refused the sign-in ({status}).', zh: '邮件服务器拒绝登录（{status}）。' },
  'mail-certificate': {
    en: 'The certificate of the mail server cannot be trusted: enter the authority that issued it, or mend its name or its dates.',
    zh: '邮件服务器的证书不受信任：请填写签发机构证书，或更正证书的名称与有效期。',
  },
  'robot-signature': {
    en: 'The robot refused the message ({status}): check its secret, its keywords, its list of addresses and the clock.',
    zh: '机器人拒绝了消息（{status}）：请检查加签密钥、关键词、IP 白名单和系统时间。',
  },
  'robot-key': {
    en: 'The robot’s address is not valid any more ({status}); enter it anew.',
    zh: '机器人地址已失效（{status}），请重新填写。',
  },
  'mail-unencrypted': {
    en: 'The mail server offers no encryption, which the channel asks for.',
    zh: '邮件服务器不支持加密，而渠道要求加密。',
  },

  // business records
  'record-missing': { en: 'There is no {kind} {code}.', zh: '{kind} {code} 不存在。' },
  'record-exists': { en: 'There is a {kind} {code} already.', zh: '{kind} {code} 已存在。' },
  'record-version': {
    en: 'The {kind} {code} was changed meanwhile: version {version} is there, {asked} was to be changed. Look at it again.',
    zh: '{kind} {code} 已被他人修改：当前版本 {version}，请求修改的是 {asked}。请重新查看。',
  },
  'record-transition': {
    en: 'The {kind} {code} is {state}: “{transition}” is not possible, but {possible}.',
    zh: '{kind} {code} 处于“{state}”状态，不能执行“{transition}”；可执行：{possible}。',
  },
  'record-fields': {
    en: '“{transition}” does not change the field {field} of the {kind} {code}.',
    zh: '“{transition}”不能修改{kind} {code} 的字段“{field}”。',
  },
  'record-data': {
    en: 'The data of the {kind} {code} is not valid at “{where}”: {what}',
    zh: '{kind} {code} 的数据在“{where}”处无效：{what}',
  },
  'record-relation': {
    en: 'The {kind} {code} names the {other} {named} at “{where}”, which is not there.',
    zh: '{kind} {code} 在“{where}”处引用的{other} {named} 不存在。',
  },
  'record-ended': {
    en: 'The {kind} {code} names the {other} {named} at “{where}”, which has ended.',
    zh: '{kind} {code} 在“{where}”处引用的{other} {named} 已结束。',
  },
  'record-circle': {
    en: 'The {kind} {code} would contain itself through {named} at “{where}”.',
    zh: '{kind} {code} 将经由“{where}”处的 {named} 包含自身。',
  },
  'record-signature': {
    en: '“{transition}” of the {kind} {code} needs the signature of a person.',
    zh: '{kind} {code} 的“{transition}”需要人员电子签名。',
  },
  'record-large': {
    en: 'The {kind} {code} holds more than {limit} KB. Put what is large into a document.',
    zh: '{kind} {code} 的数据超过 {limit} KB，较大的内容请存为文档。',
  },

  // tables of records and of files
  'table-large': {
    en: 'The table is larger than {limit} MB. Ask for fewer columns or rows.',
    zh: '表超过 {limit} MB，请减少列或行。',
  },
  'file-missing': { en: 'There is no document {document} with a file.', zh: '文档 {document} 不存在或没有文件。' },
  'file-unreadable': { en: 'The file of {document} cannot be read: {cause}', zh: '{document} 的文件无法读取：{cause}' },

  // history
  'history-missing': { en: '{name} has no history that can be read.', zh: '{name} 没有可读取的历史数据。' },
  'history-type': {
    en: '{name} is of type {type}; only numbers are read as history.',
    zh: '{name} 的类型为 {type}，只能读取数值历史。',
  },
  'history-unit': {
    en: '{name} is in {unit}, which cannot be converted to {wanted}.',
    zh: '{name} 的单位为 {unit}，无法换算为 {wanted}。',
  },
  'history-long': {
    en: 'The stretch has more than {limit} values. Ask for an aggregate or a shorter one.',
    zh: '该时段的数值超过 {limit} 个，请改用聚合或缩短时段。',
  },

  // computations of the host
  'compute-input': { en: 'The computation cannot begin: {cause}', zh: '无法开始计算：{cause}' },
  'compute-time': {
    en: 'The computation took longer than {limit} s and was ended.',
    zh: '计算超过 {limit} 秒，已终止。',
  },
  'compute-memory': {
    en: 'The computation needed more than {limit} MB of memory and was ended.',
    zh: '计算所需内存超过 {limit} MB，已终止。',
  },
  'compute-crashed': { en: 'The process that computed ended before it was done.', zh: '计算进程在完成前退出。' },
  'compute-busy': {
    en: 'More than {limit} computations of the organization are waiting; this one was not taken.',
    zh: '本组织等待中的计算超过 {limit} 个，未受理此次计算。',
  },
  'model-missing': { en: 'There is no model {model}.', zh: '模型 {model} 不存在。' },
  'model-unreadable': { en: 'The model cannot be run: {cause}', zh: '模型无法运行：{cause}' },
  'model-opset': { en: 'The model cannot be run: {cause}', zh: '模型无法运行：{cause}' },
  'model-inputs': { en: 'Model and inputs do not fit: {cause}', zh: '模型与输入不匹配：{cause}' },

  // what nobody foresaw; the words are in the log of the process
  'performer-failed': { en: 'The platform failed while doing it.', zh: '平台执行时出错。' },
} as const satisfies Record<string, Bilingual>;
export type ReasonCode = keyof typeof REASONS;

type Names<T extends string> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
/** The same in both languages, or one text for each. */
export type Part = NonNullable<EffectOutcome['params']>[string];
type Params<K extends ReasonCode> = Readonly<Record<Names<(typeof REASONS)[K]['en']>, Part>>;
export type Reason = Required<Pick<EffectOutcome, 'code' | 'params' | 'reason'>>;

/** `reason('interlock', { condition, seen })`; `detail`: what a driver or server said, for the log alone. */
export function reason<K extends ReasonCode>(
  code: K,
  ...[params, detail]: [Names<(typeof REASONS)[K]['en']>] extends [never]
    ? [params?: undefined, detail?: string]
    : [params: Params<K>, detail?: string]
): Reason {
  const said = fill(REASONS[code].en, params ?? {}, 'en');
  return { code, params: params ?? {}, reason: detail ? `${said} ${detail}` : said };
}

/** The same for a code that is known only when it happens. */
export const reasonWith = (code: ReasonCode, params: Readonly<Record<string, Part>> = {}): Reason => ({
  code,
  params,
  reason: fill(REASONS[code].en, params, 'en'),
});

/** In both languages, or undefined for a code that this version does not know. Given up after several attempts is said too. */
export function sayReason(answer: Pick<EffectOutcome, 'code' | 'params'>): Bilingual | undefined {
  const known = REASONS[answer.code as ReasonCode] as Bilingual | undefined;
  if (!known) return undefined;
  const params = answer.params ?? {};
  const tries = params.attempts;
  return {
    en: fill(known.en, params, 'en') + (tries === undefined ? '' : ` Given up after ${tries} attempts.`),
    zh: fill(known.zh, params, 'zh') + (tries === undefined ? '' : `已尝试 ${tries} 次，不再重试。`),
  };
}

const fill = (sentence: string, params: Readonly<Record<string, Part>>, language: 'en' | 'zh'): string =>
  sentence.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const part = params[name] ?? whole;
    return typeof part === 'object' ? part[language] : String(part);
  });
