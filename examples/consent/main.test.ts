import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it, onTestFinished } from 'vitest'
import { WebVisitor } from './web-visitor.ts'

/** Starts the example on free ports. @returns the lines that it prints */
async function start(): Promise<readonly string[]> {
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
      if (lines.push(line) === 3) return lines
    // Another process has one of the ports.
  }
}

it('the example starts by itself, and says where its pages are', async () => {
  const [command = '', page = '', allowed = ''] = (await start()).map((line) => line.split(/: {2,}/)[1])
  const [, world, issuer] = /^AAUTH_DEV=(\S+) npx pnpm@12 aauth fetch (\S+)\/notes$/.exec(command) ?? []
  expect([world, page, allowed]).toEqual([
    expect.stringMatching(/^http:\/\/localhost:\d+$/),
    `${issuer}/agents`,
    `${issuer}/agents/allowed`,
  ])
  const visitor = new WebVisitor(issuer as string)
  expect((await visitor.signIn('Ada', allowed)).text).toContain('No agent may use your notes.')
  const metadata = await fetch(`${issuer}/.well-known/aauth-resource.json`)
  expect(await metadata.json()).toMatchObject({ issuer })
})
