import type { Bilingual } from '#runtime/graph/document.ts';
import type { ReasonCode } from './reasons.ts';

/** What `control.interlock` says on its port `refused`, and the model answers of runs in which nobody is asked. */
type BlockReason = 'condition' | 'quality' | 'low' | 'high' | 'refused' | 'unknown';

/**
 * A code in a few words. Programs are told codes, without their parameters, and hand them on as text (`reason` of a write, of an interlock): where a screen
 * shows such a column, a person reads this.
 */
export const REASON_WORDS: Readonly<Record<ReasonCode | BlockReason, Bilingual>> = {
  'unknown-kind': { en: 'unknown action', zh: '未知动作' },
  'not-granted': { en: 'no permission', zh: '未授权' },
  'invalid-request': { en: 'invalid request', zh: '请求无效' },
  'role-unbound': { en: 'role not mapped', zh: '角色未绑定' },
  'guard-unbound': { en: 'interlock not mapped', zh: '联锁角色未绑定' },
  'too-many': { en: 'too many actions', zh: '动作过多' },
  expired: { en: 'too late', zh: '超时' },
  'refused-by': { en: 'refused by a person', zh: '人工拒绝' },
  'refused-because': { en: 'refused by a person', zh: '人工拒绝' },
  'app-gone': { en: 'app removed', zh: '应用已卸载' },
  'app-stopped': { en: 'app stopped', zh: '应用已停止' },
  'tag-gone': { en: 'tag removed', zh: '测点已删除' },
  'not-writable': { en: 'read-only', zh: '只读' },
  'not-a-number': { en: 'not a number', zh: '非数值' },
  'out-of-limits': { en: 'outside the limits', zh: '超出限值' },
  'too-often': { en: 'too often', zh: '过于频繁' },
  interlock: { en: 'interlock', zh: '联锁不成立' },
  'interlock-unreadable': { en: 'interlock cannot be judged', zh: '联锁无法判断' },
  'stale-value': { en: 'value too old', zh: '数值过时' },
  'no-value': { en: 'no value', zh: '无数值' },
  'bad-value': { en: 'bad value', zh: '数值不可用' },
  'no-connection': { en: 'no connection', zh: '无连接' },
  'device-refused': { en: 'refused by the device', zh: '设备拒绝' },
  'not-read-back': { en: 'not read back', zh: '未能回读' },
  'readback-differs': { en: 'read-back differs', zh: '回读不一致' },
  'outcome-unknown': { en: 'outcome unknown', zh: '结果未知' },
  'channel-missing': { en: 'no such channel', zh: '渠道不存在' },
  'channel-settings': { en: 'channel not complete', zh: '渠道设置不完整' },
  'secret-closed': { en: 'password cannot be opened', zh: '密码无法解开' },
  'receiver-refused': { en: 'refused by the receiver', zh: '接收方拒绝' },
  'receiver-away': { en: 'receiver does not answer', zh: '接收方无响应' },
  'sign-in-refused': { en: 'sign-in refused', zh: '登录被拒绝' },
  'mail-unencrypted': { en: 'no encryption', zh: '不支持加密' },
  'record-missing': { en: 'no such record', zh: '记录不存在' },
  'record-exists': { en: 'record exists', zh: '记录已存在' },
  'record-version': { en: 'record was changed', zh: '记录已被修改' },
  'record-transition': { en: 'not in this state', zh: '当前状态不允许' },
  'record-data': { en: 'record data not valid', zh: '记录数据无效' },
  'compute-input': { en: 'input cannot be computed', zh: '输入无法计算' },
  'compute-time': { en: 'computation too long', zh: '计算超时' },
  'compute-memory': { en: 'too little memory', zh: '内存不足' },
  'compute-crashed': { en: 'computation broken off', zh: '计算中断' },
  'compute-busy': { en: 'too many computations', zh: '计算任务过多' },
  'model-missing': { en: 'no such model', zh: '模型不存在' },
  'model-unreadable': { en: 'unreadable model', zh: '模型无法读取' },
  'model-opset': { en: 'model too new', zh: '模型算子集过新' },
  'model-inputs': { en: 'inputs do not fit the model', zh: '模型输入不匹配' },
  'performer-failed': { en: 'failed inside the platform', zh: '平台出错' },
  condition: { en: 'condition not met', zh: '条件不成立' },
  quality: { en: 'bad or missing value', zh: '数值不良或缺失' },
  low: { en: 'below the lowest', zh: '低于下限' },
  high: { en: 'above the highest', zh: '高于上限' },
  refused: { en: 'refused', zh: '已拒绝' },
  unknown: { en: 'unknown', zh: '未知' },
};

/** Undefined for a text that is no code: a block's own words stay as they are. */
export const wordsOf = (code: string): Bilingual | undefined =>
  Object.hasOwn(REASON_WORDS, code) ? REASON_WORDS[code as ReasonCode] : undefined;
