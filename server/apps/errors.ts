import { defineErrors } from '../errors.ts';

export const failed = defineErrors({
  'app.conflict': {
    family: 'user',
    status: 409,
    en: 'Someone else saved this app meanwhile (now revision {revision}). Load it again and apply your change on top.',
    zh: '其他人已保存了此应用（当前修订 {revision}）。请重新加载后再应用您的更改。',
  },
  'app.too-large': {
    family: 'user',
    status: 413,
    en: 'The graph has {size} characters; at most {limit} are kept. Move long code or tables out of the parameters.',
    zh: '流程图共 {size} 个字符，上限为 {limit}。请将过长的代码或表格移出参数。',
  },
  'app.deployed': {
    family: 'user',
    status: 409,
    en: 'The app runs on {count} asset(s). Uninstall it there first; then the draft can be deleted.',
    zh: '该应用正在 {count} 个资产上运行。请先卸载，再删除草稿。',
  },
  'app.not-runnable': {
    family: 'user',
    status: 412,
    en: 'The graph cannot run yet: {problem} The problems panel lists all {count}.',
    zh: '流程图还不能运行：{problem} “问题”面板列出了全部 {count} 项。',
  },
  'app.empty': {
    family: 'user',
    status: 412,
    en: 'The graph has no blocks. Add a source and what should become of its values.',
    zh: '流程图中没有模块。请添加数据源以及对数据的处理。',
  },
  'app.role-unbound': {
    family: 'user',
    status: 412,
    en: 'The role "{role}" has no tag. Choose a tag for it, or make the role optional.',
    zh: '角色“{role}”尚未绑定测点。请为其选择测点，或将该角色设为可选。',
  },
  'app.tag-unfit': {
    family: 'user',
    status: 412,
    en: 'The tag {tag} cannot fill the role "{role}": {reason}',
    zh: '测点 {tag} 不能用于角色“{role}”：{reason}',
  },
  'app.asset-twice': {
    family: 'user',
    status: 412,
    en: 'The role "{role}" has two tags of the asset {asset} (one of them {tag}). Choose one tag for each asset.',
    zh: '角色“{role}”绑定了资产 {asset} 的两个测点（其中一个为 {tag}）。每个资产请只选一个测点。',
  },
  'app.not-splittable': {
    family: 'user',
    status: 412,
    en: 'The app cannot run as {shards} shards: the block "{node}" {why} Run it as one shard, or replace the block.',
    zh: '该应用无法以 {shards} 个分片运行：模块“{node}”{why}请以一个分片运行，或替换该模块。',
  },
  'app.grants-missing': {
    family: 'user',
    status: 412,
    en: 'The app asks for more than was granted: {capabilities}. Grant it, or take the blocks out that need it.',
    zh: '应用请求的权限尚未授予：{capabilities}。请授予权限，或移除需要它的模块。',
  },
  'app.sample-unknown': {
    family: 'user',
    status: 404,
    en: 'There is no sample "{sample}". Samples: {known}.',
    zh: '没有示例“{sample}”。可用示例：{known}。',
  },
  'run.not-running': {
    family: 'user',
    status: 400,
    en: 'The instance does not run: there is nothing to be beside.',
    zh: '该实例未在运行，无法进行影子运行。',
  },
  'run.window': {
    family: 'user',
    status: 400,
    en: 'The window must end after it begins, lie in the past and span at most {days} days.',
    zh: '时间窗的结束必须晚于开始、位于过去，且跨度不超过 {days} 天。',
  },
});
