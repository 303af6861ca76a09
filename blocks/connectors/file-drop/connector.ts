import { defineConnector } from '#blocks/sdk/connector.ts';
import { field, z } from '#blocks/sdk/index.ts';
import { offsetMinutesOf, utcOffset } from '../utc-offset.ts';
import { checkAddress } from './address.ts';
import { openFolder } from './folder.ts';
import { FileSession } from './session.ts';

export default defineConnector({
  manifest: {
    id: 'file-drop',
    version: '1.0.0',
    title: { en: 'Files dropped into a folder', zh: '文件投放目录' },
    summary: {
      en: 'Takes the rows of CSV, XLSX, JSON and Parquet files that machines and people put into a folder, each file once.',
      zh: '读取设备或人员放入目录的 CSV、XLSX、JSON、Parquet 文件，每个文件只读一次。',
    },
    icon: 'folder-down',
    settings: z.object({
      folder: field(z.string().max(1000).default(''), {
        title: { en: 'Folder', zh: '目录' },
        help: {
          en: 'Empty: one of the connection’s own, which its test names. Others must be opened by the operator of the gateway.',
          zh: '留空为本连接自有目录（见连接测试）；其他目录须由网关管理员开放。',
        },
      }),
      encoding: field(z.enum(['auto', 'utf-8', 'gb18030']).default('auto'), {
        title: { en: 'Encoding of texts', zh: '文本编码' },
        options: {
          auto: { en: 'UTF-8, else GB 18030', zh: 'UTF-8，否则 GB 18030' },
          'utf-8': { en: 'UTF-8', zh: 'UTF-8' },
          gb18030: { en: 'GB 18030 (GBK)', zh: 'GB 18030（GBK）' },
        },
      }),
      offset: utcOffset,
      settleMs: field(z.int().min(0).max(600_000).default(2000), {
        title: { en: 'A file is whole when nothing was written for', zh: '停止写入多久后视为完整' },
        unit: 'ms',
      }),
      after: field(z.enum(['move', 'delete', 'leave']).default('move'), {
        title: { en: 'Afterwards', zh: '读取后' },
        options: {
          move: { en: 'Move it to “done”', zh: '移到 done 子目录' },
          delete: { en: 'Delete it', zh: '删除' },
          leave: { en: 'Leave it there', zh: '保留原处' },
        },
      }),
    }),
    secrets: z.object({}),
    address: {
      help: {
        en: 'name*.csv[key=value]#column@time: the column of rows with these values, in files with such names, at the time that the time column says.',
        zh: '文件名*.csv[键=值]#列@时间列：此类文件中键值匹配的行的该列，时间取自时间列。',
      },
      examples: ['press*.csv[line=2]#force@ts', '质检*.csv#直径@时间'],
    },
    browsable: true,
    reads: 'newest',
    resumes: true,
  },
  checkAddress,
  async open({ folder, encoding, offset, settleMs, after }, _secrets, host) {
    const path = await openFolder(folder, () => host.folder());
    return new FileSession(path, { encoding, offsetMinutes: offsetMinutesOf(offset), settleMs, after }, host);
  },
});
