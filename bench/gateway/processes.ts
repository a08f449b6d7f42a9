import { type ChildProcess, execFile, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A process that says on which port it listens. */
export interface Started {
  readonly port: number
  readonly child: ChildProcess
}

export async function start(file: string, ...args: string[]): Promise<Started> {
  const execArgv = ['--expose-gc', '--max-semi-space-size=32']
  const child = fork(join(import.meta.dirname, file), args, { execArgv })
  const [port] = (await once(child, 'message')) as [number]
  return { port, child }
}

/** What a gateway holds, after a garbage collection. */
export interface Held {
  readonly rss: number
  readonly used: number
  readonly cpu: { readonly user: number; readonly system: number }
}

export async function heldBy({ child }: Started): Promise<Held> {
  const answered = once(child, 'message')
  child.send('held')
  const [held] = (await answered) as [Held]
  return held
}

/** nginx before an upstream, alone and with `auth_request` to a service that only says yes. */
export async function startNginx(
  upstream: number,
  service: number,
): Promise<{ readonly alone: number; readonly asking: number; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-gateway-'))
  const [alone, asking] = [await freePort(), await freePort()]
  const proxied = 'proxy_http_version 1.1; proxy_set_header Connection "";'
  const configuration = `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error warn;
events { worker_connections 4096; }
http {
  access_log off; client_body_temp_path ${folder}/1; proxy_temp_path ${folder}/2; fastcgi_temp_path ${folder}/3;
  uwsgi_temp_path ${folder}/4; scgi_temp_path ${folder}/5;
  upstream app { server 127.0.0.1:${upstream}; keepalive 512; }
  upstream service { server 127.0.0.1:${service}; keepalive 512; }
  server { listen 127.0.0.1:${alone}; keepalive_requests 1000000; location / { ${proxied} proxy_pass http://app; } }
  server {
    listen 127.0.0.1:${asking}; keepalive_requests 1000000;
    location / { auth_request /ask; ${proxied} proxy_pass http://app; }
    location = /ask { internal; ${proxied} proxy_pass_request_body off; proxy_set_header Content-Length ""; proxy_pass http://service; }
  }
}`
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, configuration)
  const child = spawn('nginx', ['-p', folder, '-c', file], { stdio: ['ignore', 'ignore', 'inherit'] })
  for (const port of [alone, asking]) await untilOpen(port)
  return {
    alone,
    asking,
    async stop() {
      child.kill('SIGQUIT')
      await once(child, 'exit')
      rmSync(folder, { recursive: true })
    },
  }
}

/** Requests per second and the times of them in milliseconds. */
export interface Load {
  readonly rate: number
  readonly p50: number
  readonly p99: number
}

/** Runs wrk. @throws if an answer was not 200 */
export async function load(
  port: number,
  lines: readonly string[],
  { connections, seconds }: { readonly connections: number; readonly seconds: number },
): Promise<Load> {
  const args = [
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--latency',
    ...lines.flatMap((line) => ['-H', line]),
  ]
  const { stdout } = await promisify(execFile)('wrk', [...args, `http://127.0.0.1:${port}/notes`])
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(stdout)
  const [, rate = '0'] = /Requests\/sec:\s+([\d.]+)/.exec(stdout) ?? []
  return { rate: Number(rate), p50: latency(stdout, '50%'), p99: latency(stdout, '99%') }
}

function latency(text: string, percent: string): number {
  const [, value = '0', unit = 'ms'] = new RegExp(`${percent}\\s+([\\d.]+)(us|ms|s)`).exec(text) ?? []
  return Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit as 'us' | 'ms' | 's']
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  return port
}

async function untilOpen(port: number): Promise<void> {
  for (let count = 0; count < 200; count++) {
    const answer = await fetch(`http://127.0.0.1:${port}/notes`).catch(() => undefined)
    if (answer !== undefined) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('nginx did not start')
}
