/**
 * What keeps a part of the product from its work for a while, for people who may not see paths, addresses or names: a stable code with its parameters, one
 * sentence per language. Processes put them into their facts (`problems`), health shows them. Add a line for a new one.
 */
export const TROUBLES = {
  // what does not take what is to be stored
  'database-full': { en: 'The disk of the database is full.', zh: '数据库所在磁盘已满。' },
  'database-memory': { en: 'The database is out of memory.', zh: '数据库内存不足。' },
  'database-read-only': { en: 'The database is read-only.', zh: '数据库处于只读状态。' },
  'database-disk': { en: 'The disk of the database has an error.', zh: '数据库所在磁盘出错。' },
  'disk-full': { en: 'The disk is full.', zh: '磁盘已满。' },
  'disk-read-only': { en: 'The data folder is read-only.', zh: '数据目录为只读。' },
  'disk-denied': { en: 'The data folder may not be written.', zh: '数据目录没有写入权限。' },
  'disk-error': { en: 'The disk has an error.', zh: '磁盘出错。' },
  failed: { en: 'It failed ({code}).', zh: '操作失败（{code}）。' },
  'failed-unknown': { en: 'It failed; the log says why.', zh: '操作失败，原因见日志。' },

  // what that means
  'apps-wait': {
    en: 'Apps wait and go on by themselves; nothing is lost while the log stands.',
    zh: '应用暂停等待，恢复后自动继续；日志在，数据不丢失。',
  },
  'history-waits': {
    en: 'Trends end now and are filled up from the log later.',
    zh: '趋势暂时中断，恢复后由日志补齐。',
  },
  'nothing-stored': {
    en: 'What happened can be looked at; nothing new is stored.',
    zh: '可查看已有数据，但无法保存新数据。',
  },

  // the log
  'log-held': {
    en: 'The log is kept since {date}, because {by} has not passed it.',
    zh: '日志自 {date} 起一直保留，因为 {by} 尚未处理完。',
  },
  'log-unreadable': {
    en: '{count} unreadable entries of the log were set aside, last entry {seq} of lane {lane}.',
    zh: '日志中有 {count} 条记录无法读取，已隔离；最近一条为通道 {lane} 的第 {seq} 条。',
  },
  'log-version': {
    en: 'The log holds entries of format {version}, made by a newer version of Millwright; they wait for it.',
    zh: '日志中有格式 {version} 的记录，由更新版本的匠造写入，需升级后处理。',
  },

  // time
  'clock-back': {
    en: 'The clock of this machine was set back by {seconds} s; times go on from before until it has caught up.',
    zh: '本机时钟被回拨 {seconds} 秒；在时钟追上之前，时间从回拨前继续。',
  },

  // processes
  'house-ended': { en: 'Housekeeping ended by {by}.', zh: '清理进程异常结束（{by}）。' },
  'house-not-started': { en: 'Housekeeping does not start ({why}).', zh: '清理进程无法启动（{why}）。' },
  'none-running': { en: 'None is running.', zh: '没有正在运行的进程。' },
  silent: { en: 'Silent for {seconds} s.', zh: '已 {seconds} 秒无响应。' },
  'some-silent': { en: '{silent} of {count} are silent.', zh: '{count} 个中有 {silent} 个无响应。' },
  'no-answer': { en: 'It does not answer ({why}).', zh: '没有响应（{why}）。' },
  unknown: { en: 'Unknown while the database does not answer.', zh: '数据库无响应，状态未知。' },
} as const;
export type TroubleCode = keyof typeof TROUBLES;

export interface Trouble {
  readonly code: TroubleCode;
  readonly params?: Readonly<Record<string, string | number>>;
  /** The work that it keeps from being done, where a part does several: a step of housekeeping. */
  readonly step?: string;
}

/** As it is told: to machines with its code, to people in their language. */
export interface ToldTrouble extends Trouble {
  readonly en: string;
  readonly zh: string;
}
export function tell(trouble: Trouble): ToldTrouble {
  const { en, zh } = TROUBLES[trouble.code];
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: string) => String(trouble.params?.[name] ?? ''));
  const { step } = trouble;
  return { ...trouble, en: step ? `${step}: ${fill(en)}` : fill(en), zh: step ? `${step}：${fill(zh)}` : fill(zh) };
}

/** Troubles among the facts of a process; one of another version may say what this one does not know. */
export const troublesIn = (facts: Readonly<Record<string, unknown>>): Trouble[] =>
  Array.isArray(facts.problems)
    ? facts.problems.filter((one): one is Trouble => typeof one?.code === 'string' && Object.hasOwn(TROUBLES, one.code))
    : [];
