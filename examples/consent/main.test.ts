import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
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

it('the example starts by itself, and the agent of its command gets the notes once a person has allowed it [DEFER-1, R11-190]', async () => {
  const { lines, env } = await start()
  const [command = '', page = '', allowed = ''] = lines.map((line) => line.split(/: {2,}/)[1])
  const [, world, args = ''] = /^AAUTH_DEV=(\S+) npx pnpm@12 aauth (fetch \S+\/notes)$/.exec(command) ?? []
  const issuer = page.replace(/\/agents$/, '')
  expect([args, allowed]).toEqual([`fetch ${issuer}/notes`, `${page}/allowed`])

  const aauth = resolve(import.meta.dirname, '../../packages/cli/src/main.ts')
  const agent = spawn(process.execPath, [aauth, ...args.split(' ')], {
    env: { ...env, AAUTH_DEV: world },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void agent.kill())
  const visitor = new WebVisitor(issuer)
  for await (const line of createInterface({ input: agent.stderr })) {
    const [, code] = /^A person has to decide: \S+\/agents\?code=(\S+)$/.exec(line) ?? []
    if (code === undefined) continue
    const decided = await visitor.send(await visitor.open('Ada', code), '/decide', { decision: 'allow' })
    expect(decided.title).toBe('Allowed')
  }
  expect(await text(agent.stdout)).toBe('[]\n')
  expect((await visitor.get(allowed)).text).toContain('Read your notes')
})
