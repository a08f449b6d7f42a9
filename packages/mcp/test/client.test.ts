import { s256 } from '@aauth-guard/fixtures/missions'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { protect, type Scene } from './scene.ts'
import { hosts, v2 } from './servers/hosts.ts'

async function connect(
  scene: Scene,
  token: string | (() => Promise<string>),
  mode: 'legacy' | 'auto',
): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
  onTestFinished(() => client.close())
  const transport = new StreamableHTTPClientTransport(new URL(`${scene.net.resource}/mcp`), {
    fetch: scene.fetchWith(token),
  })
  await client.connect(transport)
  return client
}

describe.each([
  ...hosts.map((host) => [host.name, host, 'legacy'] as const),
  ['SDK 2, revision 2026-07-28', v2, 'auto'] as const,
])('%s', (_, host, mode) => {
  it('a client of the SDK lists, calls, reads and is refused', async () => {
    const scene = await protect(host)
    const token = await scene.agent.authToken({ scope: 'notes.read', mission: s256 })
    const client = await connect(scene, token, mode)
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toContain('notes.delete')
    expect(tools.map(({ name }) => name)).not.toContain('notes.hidden')
    const listed = await client.callTool({ name: 'notes.list', arguments: { id: '1' } })
    expect(listed.content).toEqual([{ type: 'text', text: 'notes.list' }])
    expect((await client.readResource({ uri: 'notes://all' })).contents).toHaveLength(1)
    expect((await client.getPrompt({ name: 'résumé' })).messages).toHaveLength(1)
    await expect(client.callTool({ name: 'notes.delete', arguments: {} })).rejects.toMatchObject({
      status: 401,
    })
    await expect(client.callTool({ name: 'notes.secret', arguments: {} })).rejects.toMatchObject({
      status: 403,
    })
    expect(scene.calls.made).toEqual(['notes.list 1'])
  })

  it('a client that is given a wider token of the same mission goes on', async () => {
    const scene = await protect(host)
    let scope = 'notes.read'
    const client = await connect(
      scene,
      () => scene.agent.authToken({ scope, sub: 'ada', mission: s256 }),
      mode,
    )
    await expect(client.callTool({ name: 'notes.delete', arguments: {} })).rejects.toMatchObject({
      status: 401,
    })
    scope = 'notes.read notes.write'
    await client.callTool({ name: 'notes.delete', arguments: { id: '2' } })
    expect(scene.calls.made).toEqual(['notes.delete 2'])
  })
})
