import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Resource } from '@aauth-guard/core'
import { forwardAuthHandler, forwardListenerOptions, recipe } from '@aauth-guard/gateway'
import { listen } from '../listen.ts'
import type { ServedRoute } from '../managed/served-routes.ts'
import { gatewayParts } from './gateway.ts'

/** nginx or Caddy in a process of its own, and the servers that it asks. */
export interface ForwardAuthServers {
  readonly servers: readonly Server[]
  /** Where agents call. */
  readonly url: string
  end(): void
}

/** The upstream of the gateway behind nginx or Caddy, which asks by forward auth as its recipe says. */
export async function forwardAuthServers(
  kind: 'nginx' | 'caddy',
  resource: Resource,
  routes: readonly ServedRoute[],
  port: number,
): Promise<ForwardAuthServers> {
  const { server, upstream, plan, assertions } = await gatewayParts(resource, routes)
  const secret = randomBytes(32).toString('hex')
  const forward = createServer(
    forwardListenerOptions,
    forwardAuthHandler({ plan: () => plan, assertions, secret }),
  )
  const settings = {
    resource,
    listen: addressOf(await listen(server, 0)),
    forwardAuth: { listen: addressOf(await listen(forward, 0)) },
    routes: plan.table.routes,
    limits: plan.limits,
  }
  const served = port === 0 ? await freePort() : port
  const folder = mkdtempSync(join(tmpdir(), `target-${kind}-`))
  const secretFile = join(folder, 'secret.conf')
  const place = { listen: { address: '127.0.0.1', port: served }, tls: null, secretFile }
  writeFileSync(secretFile, `map "" $aauth_guard_secret { default "${secret}"; }\n`)
  const child = run(kind, folder, recipe(kind, settings, place), secret)
  const end = (): void => {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', end)
  await answers(served, child)
  return { servers: [server, forward, upstream], url: `http://127.0.0.1:${served}`, end }
}

function run(kind: 'nginx' | 'caddy', folder: string, printed: string, secret: string): ChildProcess {
  const file = join(folder, 'configuration')
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  )
  const surrounded =
    kind === 'caddy'
      ? `{\n\tadmin off\n\tauto_https off\n}\n${printed}`
      : `daemon off;\nmaster_process off;\npid ${folder}/nginx.pid;\nerror_log stderr error;
events {}\nhttp {\naccess_log off;\n${temporary.join('\n')}\n${printed}\n}\n`
  writeFileSync(file, surrounded)
  const args =
    kind === 'nginx'
      ? ['-p', folder, '-c', file, '-e', 'stderr']
      : ['run', '--config', file, '--adapter', 'caddyfile']
  const places = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder }
  return spawn(kind, args, {
    env: { ...process.env, ...places, AAUTH_GUARD_SECRET: secret },
    stdio: 'ignore',
  })
}

/** Resolves once the proxy takes connections. @throws {Error} when it ends before that, or is not installed */
async function answers(port: number, child: ChildProcess): Promise<void> {
  let failed: Error | undefined
  child.once('error', (error) => {
    failed = error
  })
  child.once('exit', (code) => {
    failed ??= new Error(`${child.spawnfile} ended with ${code}`)
  })
  for (;;) {
    if (failed !== undefined) throw failed
    const socket = connect(port, '127.0.0.1')
    const connected = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (connected) return
    await wait(20)
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  const { port } = addressOf(await listen(server, 0))
  await new Promise((closed) => server.close(closed))
  return port
}

function addressOf(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(url)
  return { host: hostname, port: Number(port) }
}
