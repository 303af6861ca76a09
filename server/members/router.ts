import { orgProcedure, publicProcedure, router, userProcedure } from '../trpc.ts';
import { acceptInvitation } from './accept-invitation.ts';
import { cancelInvitation, cancelInvitationInput } from './cancel-invitation.ts';
import { changeRole, changeRoleInput } from './change-role.ts';
import { inviteMember, inviteMemberInput } from './invite-member.ts';
import { listInvitations } from './list-invitations.ts';
import { listMembers } from './list-members.ts';
import { invitationInput, readInvitation } from './read-invitation.ts';
import { removeMember, removeMemberInput } from './remove-member.ts';

export const membersRouter = router({
  list: orgProcedure('members.read').query(({ ctx }) => listMembers(ctx.tx, ctx.orgId)),
  invitations: orgProcedure('members.write').query(({ ctx }) => listInvitations(ctx.tx, ctx.orgId)),
  invite: orgProcedure('members.write')
    .input(inviteMemberInput)
    .mutation(({ ctx, input }) => inviteMember(ctx, input)),
  withdraw: orgProcedure('members.write')
    .input(cancelInvitationInput)
    .mutation(({ ctx, input }) => cancelInvitation(ctx, input)),
  changeRole: orgProcedure('members.write')
    .input(changeRoleInput)
    .mutation(({ ctx, input }) => changeRole(ctx, input)),
  remove: orgProcedure('members.write')
    .input(removeMemberInput)
    .mutation(({ ctx, input }) => removeMember(ctx, input)),
  invitation: publicProcedure.input(invitationInput).query(({ input }) => readInvitation(input)),
  accept: userProcedure.input(invitationInput).mutation(({ ctx, input }) => acceptInvitation(ctx, input)),
});
