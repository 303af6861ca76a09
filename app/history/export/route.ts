import { can } from '#server/access.ts';
import { createContext } from '#server/context.ts';
import { withTenant } from '#server/db.ts';
import { asAppError, failed, invalidInput } from '#server/errors.ts';
import { exportFile, exportFileInput } from '#server/history/export-file.ts';

export const dynamic = 'force-dynamic';

/** A trend's samples as a file, sent while it is read. */
export async function GET(request: Request): Promise<Response> {
  try {
    const { org } = await createContext(request.headers).active();
    if (!can(org.roles, 'history.export'))
      throw failed('access.forbidden', { roles: 'owner, admin, engineer, operator, viewer, auditor' });
    const query = new URL(request.url).searchParams;
    const input = exportFileInput.safeParse({
      ids: (query.get('ids') ?? '').split(',').filter(Boolean).map(Number),
      from: Number(query.get('from')),
      to: Number(query.get('to')),
      format: query.get('format') ?? 'csv',
    });
    if (!input.success) throw invalidInput(input.error.issues);
    const { name, media, bytes } = exportFile((fn) => withTenant(org.orgId, fn), org.orgId, input.data);
    // The head is made before the answer begins: what is refused is refused with a status.
    const first = await bytes.next();
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        if (!first.done) controller.enqueue(first.value);
      },
      async pull(controller) {
        const next = await bytes.next();
        if (next.done) controller.close();
        else controller.enqueue(next.value);
      },
      async cancel() {
        await bytes.return(undefined);
      },
    });
    return new Response(body, {
      headers: {
        'content-type': media,
        'content-disposition': `attachment; filename="${name}"`,
        'cache-control': 'no-store',
      },
    });
  } catch (error) {
    const { facts } = asAppError(error, 'export');
    return Response.json({ error: facts }, { status: facts.status });
  }
}
