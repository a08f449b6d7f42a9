import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createTestNetwork } from '@aauth-guard/testing'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { expect, it, onTestFinished } from 'vitest'
import { serveIssuers } from '../../../runtimes/issuers.ts'
import { runtimes } from '../../../runtimes/runtimes.ts'
import { start } from '../../../runtimes/started.ts'
import { streamingDial } from '../scene.ts'

const runtimesFolder = resolve(import.meta.dirname, '../../../runtimes')
const { build } = createRequire(join(runtimesFolder, 'package.json'))('esbuild') as {
  build(options: object): Promise<unknown>
}
const workerd = runtimes.find(({ name }) => name === 'workerd')

it('a protected server of SDK 2 on workerd lists, serves and refuses', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mcp-workerd-'))
  await build({
    entryPoints: [join(import.meta.dirname, 'worker.ts')],
    outfile: join(folder, 'worker.js'),
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2023',
    conditions: ['workerd', 'worker', 'browser'],
    mainFields: ['module', 'main'],
    external: ['node:*'],
    logLevel: 'silent',
  })
  await copyFile(join(runtimesFolder, 'hosts/workerd.capnp'), join(folder, 'workerd.capnp'))
  const net = await createTestNetwork()
  const issuers = await serveIssuers(net.fetch)
  if (workerd === undefined) throw new Error('workerd is not among the runtimes')
  const { url, stop } = await start(workerd, folder, { what: 'suite', issuers: issuers.url })
  onTestFinished(async () => {
    stop()
    await issuers.close()
    await net.close()
    await rm(folder, { recursive: true, force: true })
  })
  const agent = await net.agent()
  const token = await agent.authToken({ scope: 'notes.read' })
  const signing: typeof fetch = async (_input, init) => {
    const headers = Object.fromEntries(new Headers(init?.headers))
    const cover = ['mcp-method', 'mcp-name'].filter((name) => Object.hasOwn(headers, name))
    const body = init?.body === undefined || init.body === null ? {} : { body: String(init.body) }
    const request = { method: init?.method ?? 'GET', headers, ...body }
    const message = await agent.sign('https://notes.example/mcp', request, {
      token,
      cover,
      digest: 'body' in request,
    })
    return streamingDial(url, message)
  }
  for (const mode of ['auto', 'legacy'] as const) {
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
    await client.connect(
      new StreamableHTTPClientTransport(new URL('https://notes.example/mcp'), { fetch: signing }),
    )
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('notes.list')
    const { content } = await client.callTool({ name: 'notes.list', arguments: { id: mode } })
    expect(content).toEqual([{ type: 'text', text: 'notes.list' }])
    await expect(client.callTool({ name: 'notes.hidden', arguments: {} })).rejects.toMatchObject({
      status: 401,
    })
    await expect(client.callTool({ name: 'notes.purge', arguments: {} })).rejects.toMatchObject({
      status: 401,
    })
    await expect(client.callTool({ name: 'notes.secret', arguments: {} })).rejects.toMatchObject({
      status: 403,
    })
    await client.close()
  }
})
