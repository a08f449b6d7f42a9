import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { agentOf, type DevWorld, serveDevWorld } from '@aauth-guard/fixtures/dev-world'
import { freePort } from '@aauth-guard/fixtures/free-port'
import type { Agent } from '@aauth-guard/testing'
import { onTestFinished } from 'vitest'
import { folderOf } from '../settings/write-configuration.ts'

type Line = Readonly<Record<string, unknown>>

/** `aauth gateway` in a process of its own, until the test ends. */
export class GatewayProcess {
  readonly #child: ChildProcess
  readonly #lines: Line[] = []
  readonly #waiting = new Set<() => void>()
  readonly exit: Promise<number | null>
  /** What it wrote to stderr. */
  errors = ''

  constructor(words: readonly string[], env: Readonly<Record<string, string>>) {
    const main = resolve(import.meta.dirname, '../../../cli/src/main.ts')
    this.#child = spawn(process.execPath, [main, 'gateway', ...words], {
      env: { ...process.env, NODE_ENV: 'test', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const told = (): void => {
      for (const look of this.#waiting) look()
    }
    createInterface({ input: this.#child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      this.#lines.push(JSON.parse(line) as Line)
      told()
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text
    })
    this.exit = new Promise((done) => this.#child.once('close', done))
    void this.exit.then(told)
    onTestFinished(async () => {
      this.#child.kill('SIGKILL')
      await this.exit
    })
  }

  /** The first line of one of these events, from the line `from` on. */
  async line(events: readonly string[], from = 0): Promise<Line> {
    for (;;) {
      const found = this.#lines.slice(from).find(({ event }) => events.includes(String(event)))
      if (found !== undefined) return found
      if (this.#child.exitCode !== null)
        throw new Error(`the gateway ended: ${JSON.stringify(this.#lines)} ${this.errors}`)
      await new Promise<void>((look) => {
        this.#waiting.add(look)
        setTimeout(look, 500).unref()
      })
    }
  }

  get count(): number {
    return this.#lines.length
  }

  get log(): string {
    return this.#lines.map(({ line }) => line).join('\n')
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }
}

/** A development world, a gateway before an upstream, and an agent whose person approves everything. */
export interface GatewayScene {
  readonly world: DevWorld
  readonly agent: Agent
  readonly gateway: GatewayProcess
  readonly issuer: string
  readonly admin: string
  /** What the upstream got. */
  readonly received: IncomingMessage[]
  readonly file: string
  /** Writes another configuration, and reloads it. @returns whether it is in force */
  reload(change: (text: string) => string): Promise<boolean>
}

export async function startScene(
  answer: RequestListener = (_, response) => response.end('notes'),
  change: (text: string) => string = (text) => text,
  env: Readonly<Record<string, string>> = {},
): Promise<GatewayScene> {
  const world = await serveDevWorld()
  world.personServer.policy.asks = () => ({ person: 'Ada' })
  const received: IncomingMessage[] = []
  const upstream = createServer((request, response) => {
    received.push(request)
    request.resume()
    answer(request, response)
  })
  const port = await listen(upstream)
  const [own, admin] = [await freePort(), await freePort()]
  const issuer = `http://localhost:${own}`
  const folder = folderOf({})
  const file = join(folder, 'gateway.yaml')
  const text = change(`issuer: ${issuer}
upstream: http://127.0.0.1:${port}
listen: 127.0.0.1:${own}
admin: 127.0.0.1:${admin}
missions: { announcements: true, control: true }
scopes: { notes.read: Read your notes, notes.write: Change your notes }
defaultScope: notes.read
routes:
  /notes/*: { scope: notes.read }
`)
  writeFileSync(file, text)
  world.allowApp(issuer)
  const gateway = new GatewayProcess([file, '--json'], { AAUTH_DEV: world.at.url, ...env })
  await gateway.line(['started'])
  return {
    world,
    agent: await agentOf(world),
    gateway,
    issuer,
    admin: `http://127.0.0.1:${admin}`,
    received,
    file,
    async reload(again) {
      writeFileSync(file, again(text))
      const from = gateway.count
      gateway.kill('SIGHUP')
      return (await gateway.line(['reloaded', 'reload refused'], from)).event === 'reloaded'
    },
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return (server.address() as AddressInfo).port
}
