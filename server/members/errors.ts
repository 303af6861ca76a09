import { type AppError, defineErrors, notFound } from '../errors.ts';

export const membersFailed = defineErrors({
  'members.already-member': {
    family: 'user',
    status: 409,
    en: '{email} is already a member of this organization.',
    zh: '{email} 已是本组织的成员。',
  },
  'members.already-invited': {
    family: 'user',
    status: 409,
    en: '{email} has an open invitation already. Withdraw it first to send another.',
    zh: '{email} 已有待接受的邀请。如需重新邀请，请先撤回。',
  },
  'members.only-owner': {
    family: 'user',
    status: 409,
    en: 'An organization needs an owner. Make somebody else an owner first.',
    zh: '组织必须有所有者。请先将其他成员设为所有者。',
  },
  'members.owner-needed': {
    family: 'user',
    status: 403,
    en: 'Only an owner can make, change or remove an owner.',
    zh: '只有所有者可以设置、更改或移除所有者。',
  },
  'members.reviewer-elsewhere': {
    family: 'user',
    status: 409,
    en: 'The role reviewer exists only in the organization that runs this platform.',
    zh: '“审核员”角色仅存在于运营本平台的组织中。',
  },
  'members.invitation-over': {
    family: 'user',
    status: 404,
    en: 'This invitation is over: it was used, withdrawn or has expired. Ask for a new one.',
    zh: '该邀请已失效：可能已被使用、撤回或过期。请联系对方重新邀请。',
  },
  'members.invitation-of-another': {
    family: 'user',
    status: 403,
    en: 'This invitation is for another e-mail address. Sign in with the address that was invited.',
    zh: '该邀请发给了另一个邮箱。请使用受邀邮箱登录。',
  },
  'members.limit': {
    family: 'user',
    status: 409,
    en: 'The organization has as many members or open invitations as it may have. Remove one first.',
    zh: '成员或待接受邀请的数量已达上限，请先移除一部分。',
  },
});

const OF_LIBRARY: Readonly<Record<string, (email: string) => AppError>> = {
  USER_IS_ALREADY_A_MEMBER_OF_THIS_ORGANIZATION: (email) => membersFailed('members.already-member', { email }),
  USER_IS_ALREADY_INVITED_TO_THIS_ORGANIZATION: (email) => membersFailed('members.already-invited', { email }),
  YOU_CANNOT_LEAVE_THE_ORGANIZATION_AS_THE_ONLY_OWNER: () => membersFailed('members.only-owner'),
  YOU_CANNOT_LEAVE_THE_ORGANIZATION_WITHOUT_AN_OWNER: () => membersFailed('members.only-owner'),
  YOU_ARE_NOT_ALLOWED_TO_INVITE_USER_WITH_THIS_ROLE: () => membersFailed('members.owner-needed'),
  YOU_ARE_NOT_ALLOWED_TO_UPDATE_THIS_MEMBER: () => membersFailed('members.owner-needed'),
  YOU_ARE_NOT_ALLOWED_TO_DELETE_THIS_MEMBER: () => membersFailed('members.owner-needed'),
  INVITATION_NOT_FOUND: () => membersFailed('members.invitation-over'),
  YOU_ARE_NOT_THE_RECIPIENT_OF_THE_INVITATION: () => membersFailed('members.invitation-of-another'),
  MEMBER_NOT_FOUND: () => notFound('The member', '该成员'),
  INVITATION_LIMIT_REACHED: () => membersFailed('members.limit'),
  ORGANIZATION_MEMBERSHIP_LIMIT_REACHED: () => membersFailed('members.limit'),
};

/** A call of the sign-in library, its refusals in the product's words. */
export async function inOurWords<T>(call: Promise<T>, email = ''): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const code = (error as { body?: { code?: unknown } }).body?.code;
    const known = typeof code === 'string' ? OF_LIBRARY[code] : undefined;
    throw known ? known(email) : error;
  }
}
