import type { MissionInquiry, MissionSource } from '@aauth-guard/core/missions'
import { s256 } from '@aauth-guard/fixtures/missions'
import { neverAnswers } from '@aauth-guard/fixtures/never-answers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { stateOf } from '../../src/resource/state-of.ts'
import {
  type ControlledWorld,
  controlMembers,
  isActive,
  makeControlled,
  personServer,
  type Reply,
} from './control-server.ts'
import { active, settled } from './watched.ts'

const open: ControlledWorld[] = []
afterEach(async () => {
  vi.restoreAllMocks()
  await Promise.all(open.splice(0).map(({ net }) => net.close()))
})

/** What a custom source gets from its context. */
async function lent<T>(
  use: (inquiry: MissionInquiry) => Promise<T>,
  options: Parameters<typeof makeControlled>[1] = {},
  reply: () => Reply | Promise<Reply> = isActive,
): Promise<{ readonly world: ControlledWorld; readonly outcome: T | string }> {
  let outcome: T | string = 'the source was not asked'
  const source: MissionSource = async (_, inquiry) => {
    outcome = await use(inquiry).catch((error: Error) => error.message)
    return active
  }
  const world = await makeControlled(controlMembers, { ...options, source })
  open.push(world)
  world.replies(reply)
  await world.post()
  return { world, outcome }
}

const endpoint = `${personServer}/anything`
const ask = (inquiry: MissionInquiry) => inquiry.post(endpoint, { a: 1 })

describe('metadata() of the context of a source', () => {
  it('returns the metadata of the person server, from the cache', async () => {
    const { world, outcome } = await lent((inquiry) => inquiry.metadata())
    expect(outcome).toMatchObject({ issuer: personServer, ...controlMembers })
    expect(world.net.fetches.map(({ url }) => url)).toEqual([
      `${personServer}/.well-known/aauth-person.json`,
      `${personServer}/jwks.json`,
    ])
  })
})

describe('post() of the context of a source', () => {
  it('signs two questions with the same octets differently, each with a nonce [SIG-10]', async () => {
    const { world } = await lent(async (inquiry) => [await ask(inquiry), await ask(inquiry)])
    const inputs = world.asked.map(({ headers }) => String(headers['signature-input']))
    const nonces = inputs.map((input) => /;nonce="([\w-]{22})"/.exec(input)?.[1])
    expect([nonces.length, new Set(nonces).size, nonces.includes(undefined)]).toEqual([2, 2, false])
    expect(new Set(world.asked.map(({ headers }) => headers.signature)).size).toBe(2)
  })

  it('sends JSON to any endpoint of the person server and reads JSON', async () => {
    const { world, outcome } = await lent(ask)
    expect(world.asked.map(({ path, body, signer }) => [path, body, typeof signer])).toEqual([
      ['/anything', { a: 1 }, 'object'],
    ])
    expect(outcome).toMatchObject({ status: 200, json: { mission_s256: s256 } })
  })

  it.each([
    ['an error', { status: 404, body: { error: 'mission_not_found' } }, { error: 'mission_not_found' }],
    ['text that is not JSON', { body: 'no' }, undefined],
    ['nothing', {}, undefined],
    ['64 KiB and more', { body: `{"a":"${'x'.repeat(65_536)}"}` }, undefined],
  ] as const)('returns any answer, even %s', async (_, reply, json) => {
    const { outcome } = await lent(ask, {}, () => reply)
    expect(outcome).toEqual({ status: 'status' in reply ? reply.status : 200, json })
  })

  it.each([
    'https://elsewhere.example/mission',
    'https://controlled-ps.example.elsewhere.example/',
    'http://controlled-ps.example/mission',
    `${personServer}:8443/mission`,
    'https://user@controlled-ps.example/mission',
    'https://:password@controlled-ps.example/mission',
    `${personServer}/mission?a=b`,
    `${personServer}/mission#a`,
    '/mission',
    '',
    'data:application/json,{}',
  ])('does not send to %j', async (url) => {
    const { world, outcome } = await lent((inquiry) => inquiry.post(url, {}))
    expect(outcome).toBe(`"${url}" is not an endpoint of "${personServer}"`)
    expect(world.net.fetches).toHaveLength(2)
    expect(world.asked).toEqual([])
  })

  it.each(['/a/../b', '/a%2Fb', '/ä', ''])('signs the path as it is sent: %j', async (path) => {
    const { world } = await lent((inquiry) => inquiry.post(`${personServer}${path}`, {}))
    expect(world.asked.map(({ signer }) => typeof signer)).toEqual(['object'])
  })

  it('follows no redirect, even if fetch would [I07]', async () => {
    const redirects: unknown[] = []
    let dial: typeof fetch | undefined
    const noting: typeof fetch = (input, init) => {
      if (init?.method === 'POST') redirects.push(init.redirect)
      return dial === undefined ? Promise.reject(new Error('too early')) : dial(input, init)
    }
    const source: MissionSource = async (_, inquiry) => {
      await ask(inquiry)
      return active
    }
    const world = await makeControlled(controlMembers, { source, fetch: noting })
    open.push(world)
    dial = world.net.fetch
    await world.post()
    expect(redirects).toEqual(['manual'])
  })

  it('is aborted at the deadline when the person server does not answer [I12]', async () => {
    const { outcome } = await lent(ask, {}, neverAnswers)
    expect(outcome).toMatch(/abort|deadline|timeout/i)
  })

  it('is aborted at the deadline when fetch ignores its signal', async () => {
    let world: ControlledWorld | undefined
    let signal: AbortSignal | null | undefined
    const deaf: typeof fetch = (input, init) => {
      if (init?.method !== 'POST' && world !== undefined) return world.net.fetch(input, init)
      signal = init?.signal
      return neverAnswers()
    }
    let outcome: unknown
    const source: MissionSource = async (_, inquiry) => {
      outcome = await ask(inquiry).catch((error: Error) => error.message)
      return active
    }
    world = await makeControlled(controlMembers, { source, fetch: deaf })
    open.push(world)
    expect(await world.post()).toBe('503 server_error 3')
    await settled()
    expect([outcome, signal?.aborted]).toEqual(['deadline passed', true])
  })

  it('does not send on a runtime that cannot check the address', async () => {
    let world: ControlledWorld | undefined
    let outcome: unknown
    const source: MissionSource = async (_, inquiry) => {
      if (world !== undefined) vi.spyOn(stateOf(world.resource), 'fetcherFor').mockReturnValue(undefined)
      outcome = await ask(inquiry).catch((error: Error) => error.message)
      return active
    }
    world = await makeControlled(controlMembers, { source })
    open.push(world)
    await world.post()
    expect(outcome).toBe(
      `this runtime cannot check addresses: list "${personServer}" in "trust.personServers"`,
    )
    expect(world.asked).toEqual([])
  })
})
