import type { RecordRight, Transition } from '#runtime/records/kind.ts';
import { ACCESS, type AccessRole, can, type Permission } from '../access.ts';
import { failed } from '../errors.ts';

const PERMISSIONS: Readonly<Record<RecordRight, Permission>> = {
  work: 'record.work',
  manage: 'record.manage',
  approve: 'record.approve',
};
export const mayDo = (roles: readonly AccessRole[], { right }: Transition): boolean => can(roles, PERMISSIONS[right]);

/** What a person may do with a record goes by the transition, so the procedure alone cannot say it. */
export function requireRight(roles: readonly AccessRole[], transition: Transition): void {
  if (!mayDo(roles, transition)) throw failed('access.forbidden', { roles: ACCESS[PERMISSIONS[transition.right]].join(', ') });
}
