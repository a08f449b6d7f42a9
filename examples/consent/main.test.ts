import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { expect, it, onTestFinished } from 'vitest'
import { WebVisitor } from './web-visitor.ts'

interface Started {
  /** What it prints. */
  readonly lines: readonly string[]
  readonly env: NodeJS.ProcessEnv
}

/** Starts the example on free ports. */
async function start(): Promise<Started> {
  for (;;) {
    const ports = { PORT: String(randomInt(20_000, 40_000)), WORLD_PORT: String(randomInt(40_000, 60_000)) }
    const folder = mkdtempSync(join(tmpdir(), 'consent-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const { AAUTH_DEV: _, ...own } = process.env
    const env = { ...own, ...ports, XDG_RUNTIME_DIR: folder }
    const program = resolve(import.meta.dirname, 'main.ts')
    const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'ignore'] })
    onTestFinished(() => void child.kill())
    const lines: string[] = []
    for await (const line of createInterface({ input: child.stdout }))
      if (lines.push(line) === 3) return { lines, env }
    // Another process has one of the ports.
  }
}

it('the example starts by itself, and a person allows what the agent of its command asks for [DEFER-1]', async () => {
  const { lines, env } = await start()
  const [command = '', page = '', allowed = ''] = lines.map((line) => line.split(/: {2,}/)[1])
  const [, world, args = ''] = /^AAUTH_DEV=(\S+) npx pnpm@12 aauth (fetch \S+\/notes)$/.exec(command) ?? []
  const issuer = page.replace(/\/agents$/, '')
  expect([args, allowed]).toEqual([`fetch ${issuer}/notes`, `${page}/allowed`])

  const aauth = resolve(import.meta.dirname, '../../packages/cli/src/main.ts')
  const agent = spawn(process.execPath, [aauth, ...args.split(' ')], {
    env: { ...env, AAUTH_DEV: world },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  onTestFinished(() => void agent.kill())
  const visitor = new WebVisitor(issuer)
  const decided = await visitor.send(await visitor.open('Ada', await codeOf(agent.stderr)), '/decide', {
    decision: 'allow',
  })
  expect(decided.title).toBe('Allowed')
  expect((await visitor.get(allowed)).text).toContain('Read your notes')
})

/** The code that the command shows. It then waits for five seconds before it polls, which no test does. */
async function codeOf(stderr: Readable): Promise<string> {
  for await (const line of createInterface({ input: stderr })) {
    const [, code] = /^A person has to decide: \S+\/agents\?code=(\S+)$/.exec(line) ?? []
    if (code !== undefined) return code
  }
  throw new Error('the command asked nobody')
}
