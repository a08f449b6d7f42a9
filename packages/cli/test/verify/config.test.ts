import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { aauth } from '../captured-terminal.ts'
import { asHar, asHttp, asJson } from '../recording/written.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { agent, config, reading, signed, steps, verify } from './scene.ts'

describe('the configuration of aauth verify', () => {
  it('may name key files beside it', async () => {
    const folder = temporaryFolder()
    const { keys } = config.keys['https://ps.example' as never] as { keys: unknown[] }
    const [request, list, one, file] = ['request', 'list.json', 'one.json', 'config.json'].map((name) =>
      join(folder, name),
    ) as [string, string, string, string]
    writeFileSync(request, asHttp(await signed(reading)))
    writeFileSync(list, JSON.stringify(keys))
    writeFileSync(one, JSON.stringify(keys[0]))
    for (const path of ['list.json', './one.json', one]) {
      writeFileSync(file, JSON.stringify({ ...config, keys: { 'https://ps.example': path } }))
      expect((await aauth(['verify', request, '--config', file])).code).toBe(0)
    }
  })

  it('may be a module, whose functions are called', async () => {
    const folder = temporaryFolder()
    const [request, file] = [join(folder, 'request'), join(folder, 'config.mjs')]
    writeFileSync(request, asHttp(await signed(reading)))
    writeFileSync(
      file,
      `const config = ${JSON.stringify(config)}
      const trust = { personServers: (issuer) => issuer === 'https://ps.example' }
      export default { ...config, trust, requirement: { scope: 'notes.read', check: (auth) => auth.sub === 'nobody' } }`,
    )
    const { code, out } = await aauth(['verify', request, '--config', file])
    expect(code).toBe(1)
    expect(out).toContain('The agent is told: 403 access_denied.')
  })

  it('may have options that reach outside of the process, which are ignored with a message', async () => {
    const { code, err } = await verify(await signed(reading), {
      ...config,
      stores: {},
      missions: {},
      signingKey: {},
      onDecision: 1,
    })
    expect([code, err]).toEqual([0, 'Left out, since they reach outside of this process: stores, missions.'])
  })

  it('may contain documents of issuers, which are then used', async () => {
    const documents = {
      'https://ps.example/.well-known/aauth-person.json': {
        issuer: 'https://ps.example',
        jwks_uri: 'https://ps.example/.well-known/jwks.json',
        token_endpoint: 'https://ps.example/token',
      },
    }
    const { code } = await steps(await signed(await agent.agentToken()), { ...config, documents })
    expect(code).toBe('auth_token_required')
  })

  it.each([
    [
      { ...config, scope: {} },
      '--config: "scope" is not an option of createResource: did you mean "scopes"?',
    ],
    [{ ...config, issuer: undefined }, '--config: "issuer" is undefined'],
    [{ ...config, requirement: { scope: 'x' } }, '--config: '],
    [{ ...config, keys: { 'https://ps.example': 'none.json' } }, '"keys" of "https://ps.example" names'],
    [{ ...config, keys: { 'https://ps.example': 1 } }, '"keys" of "https://ps.example" is not an object'],
    [{ ...config, keys: [] }, '"keys" is not an object'],
    [[], '--config is not an object'],
  ])('%j makes aauth verify exit with 2', async (given, error) => {
    const { code, out, err } = await verify(await signed(reading), given)
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(error)])
  })

  it.each([
    ['config.json', '{', 'which is not JSON'],
    ['config.mjs', 'export default 1', 'the default export of --config is not an object'],
    ['config.mjs', 'throw new Error("no \u001b[31m")', 'cannot be loaded: Error: no \\u{1b}[31m'],
  ])('%s with %j makes aauth verify exit with 2', async (name, content, error) => {
    const file = join(temporaryFolder(), name)
    writeFileSync(file, content)
    const { code, err } = await aauth(['verify', '-', '--config', file], asHttp(await signed(reading)))
    expect([code, err]).toEqual([2, expect.stringContaining(error)])
  })
})

describe('of several recorded requests', () => {
  it('the only signed one is decided', async () => {
    expect((await steps(asHar(await signed(reading), '2026-09-21T14:13:20Z'))).outcome).toBe('accepted')
  })

  it('one is chosen with --entry', async () => {
    const [get, other] = [asJson(await signed(reading)), asJson(await signed(await agent.agentToken()))]
    const { code, err } = await verify(`[${get},${other}]`)
    expect([code, err]).toEqual([
      2,
      'aauth: 2 requests were recorded, and 2 of them are signed: choose one with --entry\n  1  GET /notes\n  2  GET /notes',
    ])
    const found = [
      await steps(`[${get},${other}]`, config, '--entry', '1'),
      await steps(`[${get},${other}]`, config, '--entry', '2'),
    ]
    expect(found.map(({ outcome }) => outcome)).toEqual(['accepted', 'challenged'])
  })

  it.each(['0', '3', 'x'])('--entry %s makes aauth verify exit with 2', async (entry) => {
    const one = asJson(await signed(reading))
    expect((await verify(`[${one},${one}]`, config, '--entry', entry)).err).toContain(
      `--entry "${entry}" is not there: write 1 to 2`,
    )
  })
})

it.each([
  [['-'], '--config is missing'],
  [['--config', '/nowhere.json'], '--config names "/nowhere.json", which cannot be read (ENOENT)'],
])('aauth verify %j exits with 2', async (args, error) => {
  const { code, err } = await aauth(['verify', ...args])
  expect([code, err]).toEqual([2, expect.stringContaining(error)])
})
