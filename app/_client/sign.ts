/** What the browser asks of the sign-in library. Answers are sentences' codes (`signin.problems.<code>`), never details about an account. */
export type SignProblem =
  | { readonly code: 'wrong' }
  | { readonly code: 'throttled'; readonly seconds: number }
  | { readonly code: 'invitation-needed' }
  | { readonly code: 'exists' }
  | { readonly code: 'password-short' }
  | { readonly code: 'unreachable' };

export async function signIn(email: string, password: string): Promise<SignProblem | undefined> {
  return ask('/sign-in/email', { email, password });
}

export async function signUp(name: string, email: string, password: string): Promise<SignProblem | undefined> {
  return ask('/sign-up/email', { name, email, password });
}

export async function signOut(): Promise<void> {
  await ask('/sign-out', {});
  // A whole new page: nothing that the last person saw stays in memory.
  window.location.assign('/sign-in');
}

/** Goes to another organization's home; a whole new page for the same reason. */
export async function chooseOrganization(organizationId: string): Promise<void> {
  const problem = await ask('/organization/set-active', { organizationId });
  if (!problem) window.location.assign('/');
}

async function ask(path: string, body: Record<string, unknown>): Promise<SignProblem | undefined> {
  let response: Response;
  try {
    response = await fetch(`/api/auth${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  } catch {
    return { code: 'unreachable' };
  }
  if (response.ok) return undefined;
  const answer = (await response.json().catch(() => ({}))) as { code?: string; retryAfter?: number };
  if (response.status === 429) {
    const seconds = answer.retryAfter ?? Number(response.headers.get('retry-after') ?? response.headers.get('x-retry-after'));
    return { code: 'throttled', seconds: seconds || 60 };
  }
  if (answer.code === 'SIGN_UP_BY_INVITATION') return { code: 'invitation-needed' };
  if (answer.code?.startsWith('USER_ALREADY_EXISTS')) return { code: 'exists' };
  if (answer.code === 'PASSWORD_TOO_SHORT') return { code: 'password-short' };
  return response.status < 500 ? { code: 'wrong' } : { code: 'unreachable' };
}
