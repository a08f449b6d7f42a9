/**
 * Installs every package into an empty project of its own, as a user would, and uses it there: `import` and
 * `require()` on the oldest Node that is supported, and its types with `skipLibCheck: false`.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Packed, packAll } from './packed.ts'

const root = resolve(import.meta.dirname, '..')
const oldestNode = join(root, 'packages/runtimes/node_modules/node20/bin/node')
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  devDependencies: Record<string, string>
}
const catalog = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')

interface Consumer {
  readonly beside: readonly string[]
  readonly use: string
  /** Because the types of the framework do not compile on their own. */
  readonly skipLibCheck?: true
  /** Run in place of an import. */
  readonly command?: readonly string[]
}

/** What packages depend on beside core. */
const beneath: Readonly<Record<string, readonly string[]>> = {
  cli: ['testing', 'audit'],
  gateway: ['console', 'opentelemetry'],
}

/** What a user of each package has installed beside it, and a line that only compiles with whole types. */
const consumers: Readonly<Record<string, Consumer>> = {
  core: {
    beside: ['@types/node'],
    use: "import { authorize, type Resource, type SignedRequest } from '@aauth-guard/core'\nimport { signedRequest } from '@aauth-guard/core/node'\nexport const sub = async (resource: Resource, request: SignedRequest): Promise<string | undefined> => (await authorize(resource, request)).sub\nexport { signedRequest }",
  },
  express: {
    beside: ['express', '@types/express', '@types/node'],
    use: "import { createResource } from '@aauth-guard/core'\nimport { getAuth, protect } from '@aauth-guard/express'\nimport express from 'express'\nexpress().get('/n/:id', protect(createResource({ issuer: 'https://n.example', trust: 'any' })), (req, res) => { const id: string = req.params.id; res.json({ id, sub: getAuth(req, 'auth-token').sub }) })",
  },
  koa: {
    beside: ['koa', '@types/koa', '@types/node'],
    use: "import { createResource } from '@aauth-guard/core'\nimport { protect } from '@aauth-guard/koa'\nimport Koa from 'koa'\nnew Koa().use(protect(createResource({ issuer: 'https://n.example', trust: 'any' })))",
  },
  fastify: {
    beside: ['fastify', '@types/node'],
    use: "import { createResource } from '@aauth-guard/core'\nimport { aauth, getAuth } from '@aauth-guard/fastify'\nimport fastify from 'fastify'\nconst app = fastify({ http2: true })\napp.register(aauth(createResource({ issuer: 'https://n.example', trust: 'any' })))\napp.get<{ Params: { id: string } }>('/n/:id', { config: { aauth: { person: 'required' } } }, (request) => { const id: string = request.params.id; return { id, sub: getAuth(request, 'auth-token').sub } })",
  },
  hono: {
    beside: ['hono', '@types/node'],
    use: "import { createResource } from '@aauth-guard/core'\nimport { protect } from '@aauth-guard/hono'\nimport { Hono } from 'hono'\nnew Hono().get('/n/:id', protect(createResource({ issuer: 'https://n.example', trust: 'any' }), { accept: 'agent-token' }), (c) => { const agent: string = c.var.aauth.agent; return c.json({ agent, id: c.req.param('id') }) })",
  },
  nestjs: {
    beside: [
      '@nestjs/common',
      '@nestjs/core',
      '@nestjs/platform-express',
      'reflect-metadata',
      'rxjs',
      '@types/node',
    ],
    use: "import { type AuthFor, createResource } from '@aauth-guard/core'\nimport { AAuthModule, Auth, Protect } from '@aauth-guard/nestjs'\nimport { Controller, Get, Module } from '@nestjs/common'\n@Controller('n')\nclass Notes { @Get() @Protect({ person: 'required' }) list(@Auth('auth-token', { person: 'required' }) auth: AuthFor<'auth-token', 'required'>): string { return auth.sub } }\n@Module({ imports: [AAuthModule.forRoot(createResource({ issuer: 'https://n.example', trust: 'any' }))], controllers: [Notes] })\nexport class App {}",
  },
  nextjs: {
    beside: ['next', 'react', 'react-dom', '@types/react', '@types/node'],
    skipLibCheck: true,
    use: "import { createResource } from '@aauth-guard/core'\nimport { protect, wellKnown } from '@aauth-guard/nextjs'\nconst resource = createResource({ issuer: 'https://n.example', trust: 'any' })\nexport const { GET, POST } = wellKnown(resource)\nexport const PUT = protect(resource, { accept: 'agent-token' }, async (request, auth, { params }: { params: Promise<{ id: string }> }) => { const agent: string = auth.agent; return Response.json({ agent, id: (await params).id, path: request.nextUrl.pathname }) })",
  },
  mcp: {
    beside: ['@modelcontextprotocol/sdk', '@modelcontextprotocol/server', '@types/node'],
    use: "import { createResource } from '@aauth-guard/core'\nimport { getAuth } from '@aauth-guard/mcp'\nimport { protectMcp as protectV1 } from '@aauth-guard/mcp/v1'\nimport { protectMcp } from '@aauth-guard/mcp/v2'\nimport { createMcpHandler, McpServer } from '@modelcontextprotocol/server'\nconst resource = createResource({ issuer: 'https://n.example', trust: 'any' })\nconst handler = createMcpHandler((ctx) => new McpServer({ name: getAuth(ctx, 'auth-token').iss, version: '1.0.0' }))\nexport default { fetch: protectMcp(resource, handler, { tools: { 'n.list': {} } }) }\nexport { protectV1 }",
  },
  gateway: {
    beside: ['@grpc/grpc-js', '@types/node'],
    use: "import { type Plan, readConfiguration, startGateway } from '@aauth-guard/gateway'\nexport const issuerOf = (plan: Plan): string => plan.resource.issuer\nexport const start = () => startGateway({ path: 'gateway.yaml' })\nexport const listen: number = readConfiguration('', 'gateway.yaml', {}).listen.port",
  },
  redis: {
    beside: ['ioredis', '@types/node'],
    use: "import { createResource } from '@aauth-guard/core'\nimport { redisStores } from '@aauth-guard/redis'\nimport { Redis } from 'ioredis'\nconst client = new Redis({ lazyConnect: true })\nconst issuer = 'https://n.example'\nconst { stores } = redisStores({ issuer, send: ([command = '', ...args]) => client.call(command, ...args) })\ncreateResource({ issuer, trust: 'any', stores })",
  },
  postgres: {
    beside: ['pg', '@types/pg', '@types/node'],
    use: "import { createResource } from '@aauth-guard/core'\nimport { postgresStores } from '@aauth-guard/postgres'\nimport pg from 'pg'\nconst pool = new pg.Pool()\nconst { stores } = postgresStores({ query: (text, values) => pool.query(text, values) })\ncreateResource({ issuer: 'https://n.example', trust: 'any', stores })",
  },
  console: {
    beside: ['@types/node'],
    use: "import { createResource } from '@aauth-guard/core'\nimport { type ConsoleState, createConsole } from '@aauth-guard/console'\nimport { nodeHandler } from '@aauth-guard/console/node'\nimport { createServer } from 'node:http'\nconst resource = createResource({ issuer: 'https://n.example', trust: 'any' })\nconst console = createConsole({ resource, allow: async ({ headers }) => headers.get('cookie') === 'x' })\ncreateServer(nodeHandler(console))\nexport const state = async (): Promise<ConsoleState> => (await console.handle(new Request('http://n.example/state'))).json() as Promise<ConsoleState>",
  },
  opentelemetry: {
    // The oldest version that the package names as its peer.
    beside: ['@opentelemetry/api@1.9.0', '@types/node'],
    use: "import { createResource } from '@aauth-guard/core'\nimport { telemetry } from '@aauth-guard/opentelemetry'\nimport { metrics } from '@opentelemetry/api'\nconst stop: () => void = createResource({ issuer: 'https://n.example', trust: 'any' }).listen(telemetry({ meterProvider: metrics.getMeterProvider() }))\nstop()",
  },
  audit: {
    beside: ['@types/node'],
    use: "import { auditLog, fileSink, verifyLog } from '@aauth-guard/audit'\nimport { createResource } from '@aauth-guard/core'\nconst audit = auditLog({ sink: fileSink('audit/notes') })\ncreateResource({ issuer: 'https://n.example', trust: 'any' }).listen(audit.listeners)\nexport const ok: Promise<boolean> = verifyLog(['x']).then((log) => log.ok)",
  },
  cli: {
    beside: ['@types/node'],
    use: '',
    command: ['node_modules/.bin/aauth', '--help'],
  },
  testing: {
    beside: ['@types/node'],
    use: "import { createTestNetwork } from '@aauth-guard/testing'\nexport const token: Promise<string> = createTestNetwork().then((net) => net.agent()).then((agent) => agent.agentToken())",
  },
}

const packed = packAll()
const projects = mkdtempSync(join(tmpdir(), 'aauth-guard-consumers-'))
process.on('exit', () => rmSync(projects, { recursive: true, force: true }))
for (const one of packed) check(one)
console.log(`consumer-check: ${packed.length} packages work in projects of their own`)

function check({ name, folder }: Packed): void {
  const consumer = consumers[folder]
  if (consumer === undefined) throw new Error(`${name} has no consumer here`)
  const project = mkdtempSync(join(projects, `${folder}-`))
  const tarballs = packed.map((other) => [other.name, `file:${other.tarball}`])
  const beside = consumer.beside.map(versioned)
  write(project, 'package.json', {
    private: true,
    type: 'module',
    dependencies: Object.fromEntries([
      ...tarballs.filter(([other]) => needs(folder, other as string)),
      ...beside,
    ]),
    // Packages of this repository are not in the registry yet.
    overrides: Object.fromEntries(tarballs.filter(([other]) => other === '@aauth-guard/core')),
  })
  write(project, 'tsconfig.json', {
    compilerOptions: {
      module: 'nodenext',
      target: 'es2023',
      lib: ['es2023', 'dom', 'dom.iterable'],
      strict: true,
      skipLibCheck: consumer.skipLibCheck ?? false,
      noEmit: true,
      experimentalDecorators: true,
      types: ['node'],
    },
    include: ['use.ts'],
  })
  writeFileSync(join(project, 'use.ts'), `${consumer.use}\n`)
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel', 'error'], project)
  if (consumer.command !== undefined) {
    run(oldestNode, consumer.command, project)
    return
  }
  run(
    oldestNode,
    [
      '--input-type=module',
      '-e',
      `if (Object.keys(await import('${name}')).length === 0) throw new Error('empty')`,
    ],
    project,
  )
  run(
    oldestNode,
    [
      '--input-type=commonjs',
      '-e',
      `if (Object.keys(require('${name}')).length === 0) throw new Error('empty')`,
    ],
    project,
  )
  run(join(root, 'node_modules/.bin/tsc'), ['-p', '.'], project)
}

/** The package itself, core, which all others stand on, and what it depends on beside. */
function needs(folder: string, name: string): boolean {
  return (
    name === `@aauth-guard/${folder}` ||
    name === '@aauth-guard/core' ||
    (beneath[folder] ?? []).some((other) => name === `@aauth-guard/${other}`)
  )
}

/** `name@version`, or a name with the version that this repository uses. */
function versioned(dependency: string): readonly [name: string, version: string] {
  const at = dependency.lastIndexOf('@')
  if (at > 0) return [dependency.slice(0, at), dependency.slice(at + 1)]
  return [dependency, versionOf(dependency)]
}

function versionOf(dependency: string): string {
  const listed = manifest.devDependencies[dependency]
  if (listed !== undefined && listed !== 'catalog:') return listed
  const version = new RegExp(`^  '?${dependency}'?: (.+)$`, 'm').exec(catalog)?.[1]
  if (version === undefined) throw new Error(`no version of ${dependency} is written down`)
  return version
}

function write(folder: string, file: string, content: unknown): void {
  writeFileSync(join(folder, file), JSON.stringify(content, null, 2))
}

function run(command: string, args: readonly string[], cwd: string): void {
  try {
    execFileSync(command, args, { cwd, stdio: 'pipe', encoding: 'utf8' })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    console.error(`consumer-check: ${command} ${args.join(' ')} in ${cwd}\n${stdout}${stderr}`)
    process.exit(1)
  }
}
