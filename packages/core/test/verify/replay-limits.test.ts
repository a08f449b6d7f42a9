import { authorize } from '@aauth-guard/core'
import { makeWorld, now, type World } from '@aauth-guard/fixtures/world'
import { type SignedMessage, type SignOptions, toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

const url = 'https://notes.example/notes'

async function sign(
  world: World,
  method: string,
  options: Partial<SignOptions> = {},
): Promise<SignedMessage> {
  const token = options.token ?? (await world.agent.authToken({ scope: 'access' }))
  return world.agent.sign(url, { method }, { ...options, token })
}

async function codes(world: World, ...messages: SignedMessage[]): Promise<string[]> {
  const found: string[] = []
  for (const message of messages) {
    found.push(
      await authorize(world.resource, toSignedRequest(message)).then(
        ({ type }) => type,
        ({ code }) => code,
      ),
    )
  }
  return found
}

describe('when too many signatures are remembered', () => {
  const limits = { replays: 12, replaysPerKey: 2 }

  it('a key that has used up its share is answered 429, and no other key is [J06]', async () => {
    const world = await makeWorld({ limits })
    const [agent, other] = [world.agent, await world.net.agent({ name: 'other' })]
    const tokens = [
      await agent.authToken({ scope: 'access' }),
      await other.authToken({ scope: 'access' }),
    ] as const
    const mine = (nonce: string): Promise<SignedMessage> =>
      sign(world, 'POST', { token: tokens[0], params: { nonce } })
    expect(await codes(world, await mine('1'), await mine('2'), await mine('3'))).toEqual([
      'auth-token',
      'auth-token',
      'rate_limited',
    ])
    expect(world.refusals[0]).toMatchObject({ status: 429, headers: { 'retry-after': '60' } })
    expect(await codes(world, await other.sign(url, { method: 'POST' }, { token: tokens[1] }))).toEqual([
      'auth-token',
    ])
    expect(await codes(world, await sign(world, 'GET', { token: tokens[0] }))).toEqual(['auth-token'])
  })

  it('no signature is evicted to make room, and each is forgotten a minute after it is stale [J06]', async () => {
    const world = await makeWorld({ limits: { replays: 12, replaysPerKey: 2 } })
    const token = await world.agent.authToken({ scope: 'access' })
    const at = (created: number, nonce: string): Promise<SignedMessage> =>
      sign(world, 'POST', { token, created, params: { nonce } })
    const first = await at(now, '1')
    expect(await codes(world, first, await at(now, '2'), await at(now, '3'), first)).toEqual([
      'auth-token',
      'auth-token',
      'rate_limited',
      'invalid_signature',
    ])
    world.net.clock.set(now + 119)
    expect(await codes(world, await at(now + 119, '4'))).toEqual(['rate_limited'])
    world.net.clock.set(now + 120)
    expect(await codes(world, await at(now + 120, '4'))).toEqual(['auth-token'])
  })
})
