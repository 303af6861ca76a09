import { ACCESS, can } from '#server/access.ts';
import { createContext } from '#server/context.ts';
import { withTenant } from '#server/db.ts';
import { asAppError, failed } from '#server/errors.ts';
import { downloadDocument, downloadHeaders } from '#server/records/download-document.ts';

export const dynamic = 'force-dynamic';

/** A document as a file, for those who may read records: the link of a report. */
export async function GET(request: Request, { params }: { params: Promise<{ code: string }> }): Promise<Response> {
  try {
    const { org } = await createContext(request.headers).active();
    if (!can(org.roles, 'record.read')) throw failed('access.forbidden', { roles: ACCESS['record.read'].join(', ') });
    const { code } = await params;
    const { name, media, bytes } = await withTenant(org.orgId, (tx) => downloadDocument(tx, org.orgId, code));
    return new Response(new Uint8Array(bytes), { headers: downloadHeaders(name, media) });
  } catch (error) {
    const { facts } = asAppError(error, 'document');
    return Response.json({ error: facts }, { status: facts.status });
  }
}
