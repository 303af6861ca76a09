import { defineErrors } from '../errors.ts';

export const failed = defineErrors({
  'review.not-platform': {
    family: 'user',
    status: 403,
    en: 'Releases are reviewed by the platform organization only.',
    zh: '只有平台组织才能审核发布。',
  },
  'review.not-waiting': {
    family: 'user',
    status: 409,
    en: 'This release is {status}; only one that waits for review can be decided.',
    zh: '该发布处于“{status}”状态；只有待审核的发布才能作出决定。',
  },
  'review.comment-needed': {
    family: 'user',
    status: 400,
    en: 'Say why it is refused and what would be right; the publisher reads it.',
    zh: '请说明拒绝的原因以及如何改正，发布者会看到。',
  },
  'review.altered': {
    family: 'operator',
    status: 409,
    en: 'The stored package is not what was submitted: {reason} It cannot be accepted.',
    zh: '存储的应用包与提交的不一致：{reason}无法通过审核。',
  },
});
