import { defineErrors } from '../errors.ts';

export const failed = defineErrors({
  'plant.code-taken': {
    family: 'user',
    status: 409,
    en: 'The code "{code}" is used by another asset. Choose one that is unique in the organization.',
    zh: '编号“{code}”已被其他资产使用。请使用组织内唯一的编号。',
  },
  'plant.tag-taken': {
    family: 'user',
    status: 409,
    en: 'There is already a tag "{name}". Choose another name.',
    zh: '测点“{name}”已存在。请使用其他名称。',
  },
  'plant.level': {
    family: 'user',
    status: 400,
    en: 'A {level} cannot stand below a {parent}. The order is site, area, line, cell, asset; levels may be left out.',
    zh: '“{level}”不能位于“{parent}”之下。层级顺序为：厂区、区域、产线、单元、设备，可省略中间层级。',
  },
  'plant.circle': {
    family: 'user',
    status: 400,
    en: 'An asset cannot stand below itself.',
    zh: '资产不能位于其自身之下。',
  },
  'plant.asset-used': {
    family: 'user',
    status: 409,
    en: 'This asset still has {below} asset(s) below it, {tags} tag(s) and {apps} running app(s). Move or delete them first.',
    zh: '该资产下还有 {below} 个下级资产、{tags} 个测点和 {apps} 个运行中的应用。请先移动或删除它们。',
  },
  'plant.tag-used': {
    family: 'user',
    status: 409,
    en: 'The tag is bound to {apps}. Bind another tag there first.',
    zh: '该测点已绑定到 {apps}。请先在那里绑定其他测点。',
  },
  'plant.unit': {
    family: 'user',
    status: 400,
    en: '"{unit}" is not a UCUM unit. Examples: bar, Cel, [degF], kW, m3/h, mm/s, %.',
    zh: '“{unit}”不是 UCUM 单位。示例：bar、Cel、[degF]、kW、m3/h、mm/s、%。',
  },
  'plant.range': {
    family: 'user',
    status: 400,
    en: 'The lowest value {low} is above the highest value {high}.',
    zh: '下限 {low} 高于上限 {high}。',
  },
  'plant.zone': {
    family: 'user',
    status: 400,
    en: '"{zone}" is not a time zone. Example: Asia/Shanghai.',
    zh: '“{zone}”不是有效的时区。示例：Asia/Shanghai。',
  },
});

/** Words for levels in sentences. */
export const LEVEL_WORDS = {
  site: { en: 'site', zh: '厂区' },
  area: { en: 'area', zh: '区域' },
  line: { en: 'line', zh: '产线' },
  cell: { en: 'cell', zh: '单元' },
  asset: { en: 'asset', zh: '设备' },
} as const;
