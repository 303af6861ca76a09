import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GET } from '#app/documents/[code]/route.ts';
import { member } from '#drizzle/schema/index.ts';
import { type TestServer, testServer } from '../session.testing.ts';
import { downloadHeaders } from './download-document.ts';

let server: TestServer;
let folder: string;
let owner: Awaited<ReturnType<TestServer['person']>>;
let viewer: Awaited<ReturnType<TestServer['person']>>;
let publisher: Awaited<ReturnType<TestServer['person']>>;
let stranger: Awaited<ReturnType<TestServer['person']>>;
const BYTES = Buffer.from('%PDF-1.3 班次报表');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mw-documents-'));
  process.env.MILLWRIGHT_DATA = folder;
  server = await testServer();
  owner = await server.person('owner@plant.example');
  const { orgId } = await owner.call().organization.create({ name: 'Plant' });
  const joins = async (email: string, role: string) => {
    const person = await server.person(email);
    await server.db
      .insert(member)
      .values({ id: `m ${email}`, organizationId: orgId, userId: person.id, role, createdAt: new Date() });
    return person;
  };
  viewer = await joins('viewer@plant.example', 'viewer');
  publisher = await joins('publisher@plant.example', 'publisher');
  stranger = await server.person('stranger@elsewhere.example');
  await stranger.call().organization.create({ name: 'Elsewhere' });
  const upload = { name: '班次报表 (1).pdf', media: 'application/pdf', base64: BYTES.toString('base64') };
  await owner.call().records.upload({ code: 'SHIFT-1.pdf', ...upload });
  await owner.call().records.upload({ code: 'PAGE', ...upload, name: 'page.html', media: 'text/html' });
}, 60_000);
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const get = (code: string, headers = new Headers()) =>
  GET(new Request(`http://localhost/documents/${code}`, { headers }), { params: Promise.resolve({ code }) });

it('who may read records gets the file under its name, byte for byte', async () => {
  const response = await get('SHIFT-1.pdf', viewer.headers);
  expect(response.status).toBe(200);
  expect(Buffer.from(await response.arrayBuffer()).equals(BYTES)).toBe(true);
  expect(response.headers.get('content-type')).toBe('application/pdf');
  expect(response.headers.get('content-disposition')).toBe(
    "inline; filename*=UTF-8''%E7%8F%AD%E6%AC%A1%E6%8A%A5%E8%A1%A8%20%281%29.pdf",
  );
});

it('a page that somebody stored is a file and never a page', async () => {
  const { headers } = await get('PAGE', owner.headers);
  expect(headers.get('content-type')).toBe('application/octet-stream');
  expect(headers.get('content-disposition')).toMatch(/^attachment/);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
});

it('a workbook keeps its type, whatever letters that has; what a browser would run loses it', () => {
  const workbook = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
  expect(downloadHeaders('a.xlsx', workbook)).toMatchObject({
    'content-type': workbook,
    'content-disposition': expect.stringMatching(/^attachment/),
  });
  for (const media of [
    'text/html',
    'TEXT/HTML; charset=utf-8',
    'application/xhtml+xml',
    'image/svg+xml',
    'text/xml',
    'application/xml',
    'text/javascript',
    'application/ecmascript',
  ])
    expect(downloadHeaders('x', media)['content-type'], media).toBe('application/octet-stream');
});

it('not signed in, without the permission, of another organization, or not there: nothing of it is told', async () => {
  const code = async (name: string, headers?: Headers) => {
    const response = await get(name, headers);
    return [response.status, ((await response.json()) as { error: { code: string } }).error.code];
  };
  expect(await code('SHIFT-1.pdf')).toEqual([401, 'access.sign-in-needed']);
  expect(await code('SHIFT-1.pdf', publisher.headers)).toEqual([403, 'access.forbidden']);
  expect(await code('SHIFT-1.pdf', stranger.headers)).toEqual([404, 'access.not-found']);
  expect(await code('NO-SUCH', owner.headers)).toEqual([404, 'access.not-found']);
});
