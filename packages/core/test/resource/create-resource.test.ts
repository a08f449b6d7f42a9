import { spawnSync } from 'node:child_process'
import { resolve } from 'node:path'
import { authorize, createResource, isAAuthError, type Resource, type SignedRequest } from '@aauth-guard/core'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it, vi } from 'vitest'

/** Has a signing key, so that there is no warning about a missing one. */
const keyed = `{
  issuer: 'https://notes.example',
  trust: 'any',
  signingKey: {
    publicKey: { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43), kid: 'r1', alg: 'Ed25519' },
    sign: () => new Uint8Array(64),
  },
}`

/** Runs a module in a process of its own, because its changes of globals would outlive a test. */
function run(source: string): { stdout: string; stderr: string } {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: resolve(import.meta.dirname, '../..'),
    encoding: 'utf8',
  })
  return { stdout: stdout.trim(), stderr: stderr.trim() }
}

describe('loading the package and creating a resource', () => {
  it('reads no random value and no clock, sets no timer and makes no AbortController', () => {
    const source = `
      import nodeCrypto from 'node:crypto'
      import { syncBuiltinESMExports } from 'node:module'
      const calls = []
      const watch = (object, name) => {
        const original = object[name]
        object[name] = function (...args) { calls.push(name); return original.apply(this, args) }
      }
      for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch']) watch(globalThis, name)
      watch(Math, 'random')
      watch(Date, 'now')
      watch(performance, 'now')
      for (const name of ['getRandomValues', 'randomUUID']) watch(crypto, name)
      for (const name of ['generateKey', 'importKey', 'digest', 'sign', 'verify']) watch(crypto.subtle, name)
      for (const name of ['randomBytes', 'randomUUID', 'createHash', 'verify']) watch(nodeCrypto, name)
      watch(AbortSignal, 'timeout')
      globalThis.AbortController = class extends AbortController {
        constructor() { super(); calls.push('AbortController') }
      }
      syncBuiltinESMExports()
      const { createResource } = await import('@aauth-guard/core')
      const { fetchGuard } = await import('@aauth-guard/core/fetch')
      const resource = createResource(${keyed})
      fetchGuard(resource, { accept: 'agent-token' })(() => new Response())
      const resources = process.getActiveResourcesInfo().filter((name) => !/Pipe|TTY|FSReq/.test(name))
      console.log(JSON.stringify([calls, resources]))
    `
    expect(run(source)).toEqual({ stdout: '[[],[]]', stderr: '' })
  })

  it('does not keep the process alive', () => {
    const source = `
      import { createResource } from '@aauth-guard/core'
      createResource(${keyed})
      console.log('ended')
    `
    expect(run(source)).toEqual({ stdout: 'ended', stderr: '' })
  })
})

describe('two resources in one process', () => {
  it('share no audience: a token for one is refused at the other', async () => {
    const one = await makeWorld()
    const other = createResource({
      issuer: 'https://photos.example',
      authorities: ['notes.example'],
      trust: 'any',
      fetch: one.net.fetch,
      now: one.net.clock.now,
    })
    const token = await one.agent.authToken({ scope: 'access' })
    const message = await one.agent.sign('https://notes.example/notes', {}, { token })
    expect((await authorize(one.resource, toSignedRequest(message))).type).toBe('auth-token')
    await expect(authorize(other, toSignedRequest(message))).rejects.toMatchObject({ code: 'invalid_jwt' })
  })

  it('share no keys: each fetches its own', async () => {
    const world = await makeWorld()
    const options = {
      issuer: 'https://notes.example',
      trust: 'any',
      fetch: world.net.fetch,
      now: world.net.clock.now,
    } as const
    const token = await world.agent.authToken({ scope: 'access' })
    const fetches: number[] = []
    for (const resource of [createResource(options), createResource(options)]) {
      await authorize(
        resource,
        toSignedRequest(await world.agent.sign('https://notes.example/notes', {}, { token })),
      )
      fetches.push(world.net.fetches.length)
    }
    expect(fetches).toEqual([2, 4])
  })

  it('share no compiled requirement', async () => {
    const requirement = { accept: 'person-token' } as const
    const world = await makeWorld()
    expect((await world.call(await world.agent.personToken(), { requirement })).type).toBe('person-token')
    const old = await makeWorld({ generations: ['mission-header'] })
    await expect(old.call(await old.agent.agentToken(), { requirement })).rejects.toThrow(TypeError)
  })
})

describe('a resource', () => {
  it('is frozen', async () => {
    const { resource } = await makeWorld()
    expect(Object.isFrozen(resource)).toBe(true)
  })

  it('is recognised by identity, not by shape', async () => {
    const { resource, agent } = await makeWorld()
    const token = await agent.authToken()
    const request = toSignedRequest(await agent.sign('https://notes.example/notes', {}, { token }))
    const lookalike: Resource = { ...resource }
    await expect(authorize(lookalike, request)).rejects.toThrow(TypeError)
  })

  it('fails with server_error when a fetch is needed after it was closed', async () => {
    const { resource, agent, refusal } = await makeWorld()
    resource.close()
    const refused = await refusal(await agent.authToken({ scope: 'access' }))
    expect([refused.status, refused.code]).toEqual([503, 'server_error'])
  })
})

describe('the access server of a resource', () => {
  it('is kept like a listed issuer: unlisted issuers do not evict it', async () => {
    const accessServer = 'https://as.example'
    const { net, agent, call } = await makeWorld({ accessServer, limits: { unlistedIssuers: 1 } })
    const requirement = { accept: ['agent-token', 'auth-token'] } as const
    await call(await agent.authToken({ scope: 'access' }, net.accessServer), { requirement })
    await call(await agent.agentToken(), { requirement })
    const fetched = net.fetches.length
    await call(await agent.authToken({ scope: 'access' }, net.accessServer), { requirement })
    expect([fetched, net.fetches.length]).toEqual([4, 4])
  })
})

describe('onDecision', () => {
  it('receives every refusal, with its path, its hint and the answer', async () => {
    const onDecision = vi.fn()
    const { agent, refusal } = await makeWorld({ onDecision })
    const refused = await refusal(await agent.authToken(), { mistake: 'stale' })
    const { code, hint } = refused
    expect(onDecision.mock.calls.map(([event, answered]) => [event, answered])).toEqual([
      [expect.objectContaining({ outcome: 'refused', path: '/notes', code, hint }), refused],
    ])
    expect(refused.hint).toMatch(/^"created" is 61 s old, and the window is 60 s: /)
  })

  it('receives internal errors and errors of check, with their cause', async () => {
    const cause = new Error('database is down')
    const { agent, refusal, refusals } = await makeWorld()
    const check = (): never => {
      throw cause
    }
    await refusal(await agent.authToken({ scope: 'access' }), { requirement: { check } })
    expect(refusals.map(({ code, cause: known }) => [code, known])).toEqual([['server_error', cause]])
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('log is full')
      },
    ],
    ['rejects', () => Promise.reject(new Error('log is full'))],
  ])('changes nothing when it %s [O09]', async (_, onDecision) => {
    const { agent, refusal } = await makeWorld({ onDecision })
    expect((await refusal(await agent.authToken(), { mistake: 'stale' })).code).toBe('invalid_signature')
  })

  it('receives nothing that could forge a line of a log [P05, R11-236]', async () => {
    const { agent, refusal } = await makeWorld()
    const forged = 'key-1"\r\n2026-01-01 accepted \x1b[2K'
    const refused = await refusal(await agent.authToken({ scope: 'access', header: { kid: forged } }))
    expect(refused.code).toBe('unknown_key')
    expect(refused.hint).not.toMatch(/\p{Cc}/u)
  })
})

const whole = { method: 'GET', target: '/', header: () => [] }
it.each<[string, object]>([
  ['no lines', { ...whole, header: () => undefined }],
  ['null for lines', { ...whole, header: () => null }],
  ['numbers for lines', { ...whole, header: () => [7] }],
  ['a Map for a function', { ...whole, header: new Map() }],
  ['an object of fields for a function', { ...whole, header: { signature: 'sig=:AA==:' } }],
  ['no target', { ...whole, target: undefined }],
])(
  'a request fails with server_error and without details when the host passes %s [Q04, Q09]',
  async (_, odd) => {
    const { resource } = await makeWorld()
    const refused = await authorize(resource, odd as SignedRequest).catch((error: unknown) => error)
    expect(isAAuthError(refused) && [refused.code, refused.headers]).toEqual([
      'server_error',
      { 'cache-control': 'no-store', 'retry-after': '5' },
    ])
  },
)
