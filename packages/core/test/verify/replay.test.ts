import { type Auth, authorize, type ReplayScope, type SignedRequest } from '@aauth-guard/core'
import { makeWorld, now, type World } from '@aauth-guard/fixtures/world'
import { type SignedMessage, type SignOptions, signDraft, toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

const url = 'https://notes.example/notes'

async function sign(
  world: World,
  method: string,
  options: Partial<SignOptions> = {},
): Promise<SignedMessage> {
  const token = options.token ?? (await world.agent.authToken({ scope: 'access' }))
  return world.agent.sign(url, { method }, { params: { nonce: 'n' }, ...options, token })
}

const send = ({ resource }: World, message: SignedMessage): Promise<Auth> =>
  authorize(resource, toSignedRequest(message))

async function codes(world: World, ...messages: SignedMessage[]): Promise<string[]> {
  const found: string[] = []
  for (const message of messages) {
    found.push(
      await send(world, message).then(
        ({ type }) => type,
        ({ code }) => code,
      ),
    )
  }
  return found
}

describe('the same signature sent twice', () => {
  it.each<[ReplayScope | undefined, string]>([
    [undefined, 'auth-token'],
    ['auto', 'auth-token'],
    ['unsafe', 'invalid_signature'],
  ])(
    'under replay %s, POST without a nonce and a covered digest: the second request is %s [REPLAY-3]',
    async (replay, second) => {
      const world = await makeWorld(replay === undefined ? {} : { replay })
      const token = await world.agent.authToken({ scope: 'access' })
      const message = await world.agent.sign('https://notes.example/notes', { method: 'POST' }, { token })
      expect(await codes(world, message, message)).toEqual(['auth-token', second])
    },
  )

  it.each<[ReplayScope | undefined, string, boolean]>([
    [undefined, 'POST', true],
    [undefined, 'PUT', true],
    [undefined, 'PATCH', true],
    [undefined, 'DELETE', true],
    [undefined, 'QUERY', true],
    [undefined, 'GET', false],
    [undefined, 'HEAD', false],
    [undefined, 'OPTIONS', false],
    ['auto', 'POST', true],
    ['auto', 'GET', false],
    ['unsafe', 'POST', true],
    ['unsafe', 'GET', false],
    ['all', 'GET', true],
    ['all', 'POST', true],
    ['off', 'POST', false],
    ['off', 'GET', false],
  ])(
    'under replay %s, %s with a nonce: refused is %s [REPLAY-1, REPLAY-3, R11-107, J01, J02]',
    async (replay, method, refused) => {
      const world = await makeWorld(replay === undefined ? {} : { replay })
      const message = await sign(world, method)
      expect(await codes(world, message, message)).toEqual([
        'auth-token',
        refused ? 'invalid_signature' : 'auth-token',
      ])
    },
  )

  it('is used by only one of two concurrent requests [J03]', async () => {
    const world = await makeWorld()
    const message = await sign(world, 'POST')
    await send(world, await sign(world, 'GET'))
    const outcomes = await Promise.allSettled([send(world, message), send(world, message)])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('is refused with a hint for the operator', async () => {
    const world = await makeWorld()
    const message = await sign(world, 'POST')
    await codes(world, message, message)
    expect(world.refusals.map(({ hint }) => hint)).toEqual([
      'the signature was already used: sign each request anew, with a "nonce" if two requests within one second are identical',
    ])
  })
})

describe('the identity of a signature', () => {
  it('is not its bytes: an ECDSA signer can make two for one message [REPLAY-3, H04, J04]', async () => {
    const world = await makeWorld()
    const agent = await world.net.agent({ name: 'ecdsa', alg: 'ES256' })
    const token = await agent.authToken({ scope: 'access' })
    const [one, two] = [
      await agent.sign(url, { method: 'POST' }, { token, params: { nonce: 'n' } }),
      await agent.sign(url, { method: 'POST' }, { token, params: { nonce: 'n' } }),
    ]
    const bytes = ({ headers }: SignedMessage): string =>
      headers.find(([name]) => name === 'signature')?.[1] ?? ''
    expect([one.base, bytes(one)]).not.toEqual([two.base, bytes(two)])
    expect(one.base).toBe(two.base)
    expect(await codes(world, one, two)).toEqual(['auth-token', 'invalid_signature'])
  })

  it('does not depend on an unsigned field [J04]', async () => {
    const world = await makeWorld()
    const message = await sign(world, 'POST')
    const more: SignedMessage = { ...message, headers: [...message.headers, ['x-extra', '1']] }
    expect(await codes(world, message, more)).toEqual(['auth-token', 'invalid_signature'])
  })

  it.each([
    ['the second', { created: now + 1 }],
    ['another nonce', { params: { nonce: 'two' } }],
    ['an additional covered component', { cover: ['@query'] }],
  ])('differs for %s [J05]', async (_, options) => {
    const world = await makeWorld()
    const token = await world.agent.authToken({ scope: 'access' })
    const one = await sign(world, 'POST', { token })
    const two = await sign(world, 'POST', { token, ...options })
    expect(await codes(world, one, two)).toEqual(['auth-token', 'auth-token'])
  })

  it('differs for another key', async () => {
    const world = await makeWorld()
    const other = await world.net.agent({ name: 'other' })
    const token = await other.authToken({ scope: 'access' })
    const theirs = await other.sign(url, { method: 'POST' }, { token, params: { nonce: 'n' } })
    expect(await codes(world, await sign(world, 'POST'), theirs)).toEqual(['auth-token', 'auth-token'])
  })
})

describe('a signature is remembered', () => {
  it('only when all of the request has verified, so that no client can use up that of another [REPLAY-2, J10]', async () => {
    const world = await makeWorld()
    const message = await sign(world, 'POST')
    const thief = await signDraft({
      method: 'POST',
      authority: 'notes.example',
      target: '/notes',
      headers: [],
      label: 'sig',
      components: ['@method', '@authority', '@path', 'signature-key'].map((name) => ({ name })),
      params: { created: now, nonce: 'n' },
      scheme: 'jwt',
      schemeParams: { jwt: /jwt="([^"]+)"/.exec(message.base)?.[1] ?? '' },
      key: (await world.net.agent({ name: 'thief' })).key,
    })
    expect(thief.base).toBe(message.base)
    expect(await codes(world, thief, message)).toEqual(['invalid_signature', 'auth-token'])
  })

  it('as long as it is fresh, even if it was made ahead of time [REPLAY-2, C12]', async () => {
    const world = await makeWorld()
    const message = await sign(world, 'POST', { created: now + 60 })
    expect(await codes(world, message)).toEqual(['auth-token'])
    world.net.clock.set(now + 120)
    expect(await codes(world, message)).toEqual(['invalid_signature'])
  })

  it('even when the clock goes back: forgotten signatures are answered 503 [C12, J09]', async () => {
    const world = await makeWorld()
    const message = await sign(world, 'POST')
    expect(await codes(world, message)).toEqual(['auth-token'])
    world.net.clock.set(now + 3600)
    const token = await world.agent.authToken({ scope: 'access' })
    expect(await codes(world, await sign(world, 'POST', { token, created: now + 3600 }))).toEqual([
      'auth-token',
    ])
    world.net.clock.set(now)
    expect(await codes(world, message)).toEqual(['server_error'])
  })

  it('for each resource separately', async () => {
    const [one, two] = [await makeWorld(), await makeWorld()]
    const message = await sign(one, 'POST')
    expect([await codes(one, message), await codes(two, message)]).toEqual([['auth-token'], ['auth-token']])
  })
})

it('the same request object is not a replay of itself [E23]', async () => {
  const world = await makeWorld({ replay: 'all' })
  const request: SignedRequest = toSignedRequest(await sign(world, 'POST'))
  expect((await authorize(world.resource, request)).type).toBe('auth-token')
  expect((await authorize(world.resource, request)).type).toBe('auth-token')
})
