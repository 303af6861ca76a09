import { defineConnector } from '#blocks/sdk/connector.ts';
import { field, z } from '#blocks/sdk/index.ts';
import { OpcuaServerSession } from './session.ts';

const patterns = (titles: { en: string; zh: string }, help: { en: string; zh: string }) =>
  field(z.string().max(50_000).default(''), { title: titles, help, field: 'text-area' });

const settings = z.object({
  host: field(
    z
      .string()
      .regex(/^[A-Za-z0-9.:_-]{1,253}$/)
      .default('127.0.0.1'),
    {
      title: { en: 'Listens at', zh: '监听地址' },
      help: {
        en: '127.0.0.1 serves this machine alone; 0.0.0.0 every network of it. Name the address by which clients come where you can.',
        zh: '127.0.0.1 仅供本机访问；0.0.0.0 对本机所有网络开放。尽量填写客户端实际访问的地址。',
      },
    },
  ),
  port: field(z.number().int().min(1).max(65_535).default(4840), { title: { en: 'Port', zh: '端口' } }),
  signIn: field(z.enum(['both', 'certificate', 'user']).default('both'), {
    title: { en: 'Sign-in of clients', zh: '客户端登录方式' },
    help: {
      en: 'Lines are always secured with Basic256Sha256. A certificate is accepted once a person trusted it in the list of this connection.',
      zh: '通信始终采用 Basic256Sha256 加密签名。证书须先由人员在本连接的证书列表中信任。',
    },
    options: {
      both: { en: 'Trusted certificate, and user name with password', zh: '受信任的证书，并验证用户名和密码' },
      certificate: { en: 'Trusted certificate', zh: '受信任的证书' },
      user: { en: 'User name with password, any certificate', zh: '用户名和密码，证书不限' },
    },
  }),
  username: field(z.string().max(255).default(''), { title: { en: 'User name', zh: '用户名' } }),
  shows: patterns(
    { en: 'Shows', zh: '发布内容' },
    {
      en: 'One a line: a tag name, or @asset code/output.column for what an app computes. * stands for any letters: Air.*, @*.',
      zh: '每行一个：变量名；应用的计算结果写作 @设备编号/输出.列。* 代表任意字符，例如 Air.*、@*。',
    },
  ),
  writes: patterns(
    { en: 'May be written', zh: '允许写入' },
    {
      en: 'Tags that clients may write, one a line, as above; empty: none. The tag must be writable, and limits, rate and read-back are those of every write.',
      zh: '允许客户端写入的变量，每行一个，格式同上；留空则全部只读。变量本身须可写，并同样检查限值、频率和回读。',
    },
  ),
});
export type ServerSettings = z.output<typeof settings>;

export default defineConnector({
  manifest: {
    id: 'opcua-server',
    version: '1.0.0',
    title: { en: 'OPC UA server', zh: 'OPC UA 服务器' },
    summary: {
      en: 'Shows chosen tags and what apps compute to SCADA, MES and other OPC UA clients.',
      zh: '将选定的变量和应用计算结果发布给 SCADA、MES 等 OPC UA 客户端。',
    },
    icon: 'broadcast',
    settings,
    secrets: z.object({ password: field(z.string().max(1000).default(''), { title: { en: 'Password', zh: '密码' } }) }),
    address: {
      help: {
        en: 'A server has no tags of its own: what it shows stands in its settings.',
        zh: '服务器没有自己的测点；发布内容在设置中填写。',
      },
      examples: [],
    },
    browsable: true,
    reads: 'newest',
    resumes: true,
    publishes: true,
  },
  checkAddress: (text) => ({
    ok: false,
    code: 'address.none',
    message: {
      en: `“${text}” cannot be a tag of a server: name it in the settings under “Shows”.`,
      zh: `“${text}”不能作为服务器的测点，请在设置的“发布内容”中填写。`,
    },
  }),
  open: (settings, { password }, host) => OpcuaServerSession.open(settings, password, host),
});
