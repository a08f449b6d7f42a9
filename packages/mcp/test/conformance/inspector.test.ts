import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { protect } from '../scene.ts'
import { hosts } from '../servers/hosts.ts'
import { signingProxy } from './signing-proxy.ts'

const manifest = createRequire(import.meta.url).resolve('@modelcontextprotocol/inspector/package.json')
const command = join(dirname(manifest), 'clients/launcher/build/index.js')

/** What the command line of the inspector prints, and its exit code. */
function inspect(url: string, ...given: string[]): Promise<{ code: unknown; output: string }> {
  const all = [command, '--cli', url, '--transport', 'http', ...given]
  return new Promise((resolve) => {
    execFile(process.execPath, all, { maxBuffer: 1 << 24 }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, output: stdout + stderr }),
    )
  })
}

// It asks for Node 22.
const runs = Number(process.versions.node.split('.')[0]) >= 22

it.runIf(runs).each(hosts)(
  '$name: the inspector lists and calls the tools that its agent may use',
  async (host) => {
    const scene = await protect(host, {
      tools: { 'notes.list': { scope: 'notes.read' }, 'notes.purge': { scope: 'notes.purge' } },
      list: 'granted',
      // It sets a level as soon as it has connected.
      methods: { 'logging/setLevel': { scope: 'notes.read' } },
    })
    const token = await scene.agent.authToken({ scope: 'notes.read', lifetime: 3600 })
    const url = await signingProxy(scene.fetchWith(token, scene.agent, () => ({ nonce: randomUUID() })))

    const listed = await inspect(url, '--method', 'tools/list')
    expect([listed.code, listed.output]).toEqual([0, expect.stringContaining('"notes.list"')])
    expect(listed.output).not.toContain('notes.purge')

    const called = await inspect(url, '--method', 'tools/call', '--tool-name', 'notes.list')
    expect([called.code, called.output]).toEqual([0, expect.stringContaining('"text"')])

    const refused = await inspect(url, '--method', 'tools/call', '--tool-name', 'notes.purge')
    expect(refused.code).not.toBe(0)
    expect(scene.calls.made).toEqual(['notes.list'])
  },
)
