import { defineErrors } from '../errors.ts';

export const failed = defineErrors({
  'market.altered': {
    family: 'operator',
    status: 409,
    en: 'The package is not what the platform accepted: {reason} It was not installed.',
    zh: '应用包与平台审核通过的不一致：{reason}未安装。',
  },
  'market.asset-class': {
    family: 'user',
    status: 412,
    en: 'The app is made for assets of class {wanted}; {asset} is {is}. Choose another asset, or set its class.',
    zh: '该应用适用于 {wanted} 类资产，而 {asset} 为 {is}。请选择其他资产，或设置其类别。',
  },
  'market.grants': {
    family: 'user',
    status: 412,
    en: 'The app needs permissions that were not granted: {capabilities}. Grant all of them, or do not install it.',
    zh: '该应用需要尚未授予的权限：{capabilities}。请全部授予，或不安装。',
  },
  'market.parameter-unknown': {
    family: 'user',
    status: 400,
    en: 'The app has no parameter "{name}". It has: {known}.',
    zh: '该应用没有参数“{name}”。可用参数：{known}。',
  },
  'market.parameter': {
    family: 'user',
    status: 400,
    en: 'The parameter "{name}" must be {needed}.',
    zh: '参数“{name}”必须为{needed}。',
  },
});
