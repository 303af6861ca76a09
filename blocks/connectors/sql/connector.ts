import { defineConnector } from '#blocks/sdk/connector.ts';
import { field, z } from '#blocks/sdk/index.ts';
import { offsetMinutesOf, utcOffset } from '../utc-offset.ts';
import { checkAddress } from './address.ts';
import type { DatabaseOptions } from './database.ts';
import { openMysql } from './mysql.ts';
import { openPostgres } from './postgres.ts';
import { SqlSession } from './session.ts';

const settings = z.object({
  dialect: field(z.enum(['postgresql', 'mysql']), {
    title: { en: 'Database', zh: '数据库' },
    options: {
      postgresql: { en: 'PostgreSQL', zh: 'PostgreSQL' },
      mysql: { en: 'MySQL or MariaDB', zh: 'MySQL 或 MariaDB' },
    },
  }),
  host: field(z.string().min(1).max(255), { title: { en: 'Address', zh: '地址' } }),
  port: field(z.int().min(1).max(65_535).optional(), {
    title: { en: 'Port', zh: '端口' },
    help: { en: 'Empty: 5432 or 3306.', zh: '留空为 5432 或 3306。' },
  }),
  database: field(z.string().min(1).max(64), { title: { en: 'Name of the database', zh: '数据库名' } }),
  username: field(z.string().min(1).max(255), {
    title: { en: 'User name', zh: '用户名' },
    help: { en: 'A user that may only read, unless tags are written.', zh: '除非需要写入，请使用只读用户。' },
  }),
  tls: field(z.enum(['off', 'machine', 'given']).default('off'), {
    title: { en: 'Encryption (TLS)', zh: '加密（TLS）' },
    options: {
      off: { en: 'Off', zh: '关闭' },
      machine: { en: 'On, trusted by this machine', zh: '开启，由本机信任的机构签发' },
      given: { en: 'On, with the certificate below', zh: '开启，使用下方证书' },
    },
  }),
  certificate: field(z.string().max(20_000).default(''), {
    title: { en: 'Certificate of the server or its authority (PEM)', zh: '服务器或其签发机构的证书（PEM）' },
    field: 'text-area',
  }),
  cursor: field(z.string().max(63).default(''), {
    title: { en: 'Column that only grows', zh: '只增不减的列' },
    help: {
      en: 'An id or time of insertion. Empty: the time column of each tag.',
      zh: '自增编号或写入时间；留空则用各测点的时间列。',
    },
  }),
  overlap: field(z.number().min(0).max(3600).default(10), {
    title: { en: 'Rows may come late by', zh: '允许迟到' },
    help: {
      en: 'Seconds (or numbers, along an id) behind the newest row that are read again: others may commit them later.',
      zh: '在最新一行之前重复读取的秒数（按编号时为编号差）：其他事务可能较晚提交。',
    },
  }),
  from: field(z.enum(['new', 'all']).default('new'), {
    title: { en: 'Begin with', zh: '起点' },
    options: {
      new: { en: 'Rows from now on', zh: '从现在起的新行' },
      all: { en: 'Everything in the table', zh: '表中全部数据' },
    },
  }),
  offset: utcOffset,
  timeoutMs: field(z.int().min(100).max(120_000).default(10_000), {
    title: { en: 'Time limit of a query', zh: '查询时限' },
    unit: 'ms',
  }),
});

export default defineConnector({
  manifest: {
    id: 'sql',
    version: '1.0.0',
    title: { en: 'SQL table', zh: 'SQL 数据表' },
    summary: {
      en: 'Takes new rows of tables and views, each exactly once, and inserts rows. PostgreSQL, MySQL, MariaDB.',
      zh: '读取表与视图中的新行，每行恰好一次；也可插入行。支持 PostgreSQL、MySQL、MariaDB。',
    },
    icon: 'database',
    settings,
    secrets: z.object({
      password: field(z.string().max(1000).default(''), { title: { en: 'Password', zh: '密码' } }),
    }),
    address: {
      help: {
        en: 'table[key=value]#column@time: the column of rows with these values, at the time that its time column says. For writing add >table#column@time.',
        zh: '表[键=值]#列@时间列：取键值匹配的行中该列的值，时间取自时间列。需要写入时加 >表#列@时间列。',
      },
      examples: ['readings[machine=P1]#force@ts', 'mes.orders#quantity@created_at', 'state#speed'],
    },
    browsable: true,
    reads: 'device',
    resumes: true,
  },
  checkAddress,
  async open(settings, { password }, host) {
    const options: DatabaseOptions = {
      host: settings.host,
      port: settings.port ?? (settings.dialect === 'mysql' ? 3306 : 5432),
      database: settings.database,
      user: settings.username,
      password,
      timeoutMs: settings.timeoutMs,
      tls: settings.tls === 'off' ? false : settings.tls === 'machine' ? true : { ca: settings.certificate },
      lost: (error) => host.event({ kind: 'lost', error }),
    };
    const database = await (settings.dialect === 'mysql' ? openMysql(options) : openPostgres(options));
    const { cursor, from, overlap } = settings;
    return new SqlSession(database, { cursor, from, overlap, offsetMinutes: offsetMinutesOf(settings.offset) }, host);
  },
});
