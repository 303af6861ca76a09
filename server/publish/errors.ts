import { defineErrors } from '../errors.ts';

export const failed = defineErrors({
  'publish.no-publisher': {
    family: 'user',
    status: 412,
    en: 'Your organization has no publisher name yet. Choose one first; packages are signed under it.',
    zh: '贵组织还没有发布者名称。请先选定名称，应用包将以它签名。',
  },
  'publish.name-taken': {
    family: 'user',
    status: 409,
    en: 'The publisher name {name} is taken. Choose another; it stands in every id that you publish.',
    zh: '发布者名称 {name} 已被占用。请另选一个，它将出现在您发布的每个标识中。',
  },
  'publish.version-taken': {
    family: 'user',
    status: 409,
    en: '{slug} {version} exists already and cannot be changed. Publish a higher version.',
    zh: '{slug} {version} 已存在且不可更改。请发布更高的版本。',
  },
  'publish.version-lower': {
    family: 'user',
    status: 400,
    en: 'Version {version} is not above {newest}, the newest one. Choose a higher number.',
    zh: '版本 {version} 不高于最新版本 {newest}。请选择更高的版本号。',
  },
  'publish.wave-role': {
    family: 'user',
    status: 400,
    en: 'The role "{role}" reads waveforms, and a proof recorded here holds numbers and texts alone. Publish an app without that role.',
    zh: '角色“{role}”读取波形，而在此记录的证明只能包含数值和文本。请发布不含该角色的应用。',
  },
  'publish.no-data': {
    family: 'user',
    status: 412,
    en: 'There is no recorded value of "{role}" in the chosen window. Choose another window.',
    zh: '所选时间窗内没有“{role}”的记录值。请选择其他时间窗。',
  },
  'publish.window': {
    family: 'user',
    status: 400,
    en: 'The window must end after it begins and span at most {hours} hours.',
    zh: '时间窗的结束必须晚于开始，且跨度不超过 {hours} 小时。',
  },
  'publish.too-many-samples': {
    family: 'user',
    status: 413,
    en: 'The window holds {count} values; a proof recorded here has at most {limit}. Choose a shorter one.',
    zh: '该时间窗含 {count} 个值；在此记录的证明最多 {limit} 个。请缩短时间窗。',
  },
  'publish.not-measured': {
    family: 'user',
    status: 412,
    en: 'The measuring run has not finished. Wait for it, then publish.',
    zh: '测量运行尚未完成。请等待完成后再发布。',
  },
  'publish.package': { family: 'user', status: 400, en: 'The package is refused: {reason}', zh: '应用包被拒绝：{reason}' },
  'publish.state': {
    family: 'user',
    status: 409,
    en: 'The release is {status}; this can be done only while it is {needed}.',
    zh: '该发布处于“{status}”状态；只有在“{needed}”状态下才能执行此操作。',
  },
});
