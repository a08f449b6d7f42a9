import { availableParallelism } from 'node:os'
import type { Mission, ResourceOptions } from '@aauth-guard/core'
import { mission, otherS256 } from '@aauth-guard/fixtures/missions'
import { anyKind, personRoute } from '@aauth-guard/fixtures/requirements'
import { claimsOf } from '@aauth-guard/fixtures/revoking'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { type AgentRequest, makeKey, type SignOptions, toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'
import { authorize, authorizeNow } from '../../src/authorize/authorize.ts'
import { platform } from '../../src/platform/node.ts'
import type { PublicJwk } from '../../src/platform/platform.ts'
import type { SignedRequest } from '../../src/wire/signed-request.ts'

const hasPool = availableParallelism() > 1
const url = 'https://notes.example/notes'

/** The verdict of a decision that may have been made at once. */
async function verdictOf(decided: () => unknown): Promise<string> {
  try {
    await decided()
    return 'accepted'
  } catch (error) {
    return (error as { code: string }).code
  }
}

async function makeKnown(options: Partial<ResourceOptions> = {}): Promise<{
  world: World
  token: string
  sign: (how?: Partial<SignOptions>, request?: AgentRequest) => Promise<SignedRequest>
}> {
  const world = await makeWorld(options)
  const token = await world.agent.personToken()
  const sign = async (how: Partial<SignOptions> = {}, request: AgentRequest = {}): Promise<SignedRequest> =>
    toSignedRequest(await world.agent.sign(url, request, { token, ...how }))
  await authorize(world.resource, await sign({ cover: ['@query'] }), personRoute)
  return { world, token, sign }
}

/** Verifies in this turn until the thread pool is at it, which then gets everything else of the turn. */
async function occupyPool(): Promise<() => Promise<boolean>> {
  const { jwk, sign } = await makeKey('occupied', 'k', 'Ed25519')
  const signature = await sign(new TextEncoder().encode('text'))
  const key = await platform.importKey(jwk as PublicJwk)
  return async () => {
    let verifying = platform.verify(key, signature, ['text'])
    // With one core nothing is left to the pool.
    while (hasPool && !(verifying instanceof Promise)) verifying = platform.verify(key, signature, ['text'])
    return verifying
  }
}

/** Decides requests in one turn, whose signatures are verified on other threads meanwhile. */
async function decideTogether(
  { resource }: World,
  requests: readonly SignedRequest[],
  meanwhile: () => unknown = () => undefined,
): Promise<string[]> {
  const occupy = await occupyPool()
  const occupied = occupy()
  const decided = requests.map((request) => authorizeNow(resource, request, anyKind))
  if (hasPool) expect(decided.map((one) => one instanceof Promise)).toEqual(decided.map(() => true))
  const verdicts = decided.map((one) => verdictOf(() => one))
  await meanwhile()
  expect(await occupied).toBe(true)
  return Promise.all(verdicts)
}

describe('a request with a known token', () => {
  it('is decided at once when it comes alone', async () => {
    const { world, sign } = await makeKnown()
    const request = await sign()
    await new Promise((resolve) => setImmediate(resolve))
    expect(authorizeNow(world.resource, request, personRoute)).toMatchObject({ type: 'person-token' })
  })

  it('has its own verdict when many are verified at the same time [SIG-24, R11-102]', async () => {
    const { world, sign } = await makeKnown()
    const expected = Array.from({ length: 60 }, (_, at) => (at % 3 === 0 ? 'invalid_signature' : 'accepted'))
    const requests = await Promise.all(
      expected.map((code) => sign(code === 'accepted' ? {} : { mistake: 'flip-signature' })),
    )
    expect(await decideTogether(world, requests)).toEqual(expected)
  })

  it.each([
    ['its route says so', {}, { singleUse: true }, { params: { nonce: 'n' } }, 'GET'],
    ['its resource says so', { replay: 'all' }, {}, {}, 'GET'],
    ['its method is unsafe', { replay: 'unsafe' }, {}, {}, 'POST'],
    ['its method is unsafe and it has a nonce', {}, {}, { params: { nonce: 'n' } }, 'POST'],
    ['its method is unsafe and it covers its content', {}, {}, { digest: true }, 'POST'],
  ] as const)('is accepted once if %s [REPLAY-2]', async (_, options, route, how, method) => {
    const { world, sign } = await makeKnown(options)
    const request = await sign(how, { method })
    const requirement = { ...personRoute, ...route }
    const again = { ...request }
    expect(await verdictOf(() => authorize(world.resource, request, requirement))).toBe('accepted')
    expect(await verdictOf(() => authorize(world.resource, again, requirement))).toBe('invalid_signature')
  })

  it.each([
    ['it is too old', { mistake: 'stale' }, 'invalid_signature'],
    ['it is from the future', { mistake: 'future' }, 'clock_skew'],
    ['it does not cover the path', { mistake: 'omit-path' }, 'invalid_input'],
    ['another key has signed it', { mistake: 'wrong-key' }, 'invalid_signature'],
  ] as const)('is refused if %s [SIG-17, SIG-24, R11-102]', async (_, how, code) => {
    const { world, sign } = await makeKnown()
    for (let times = 0; times < 2; times++) await authorize(world.resource, await sign(), personRoute)
    expect(await verdictOf(async () => authorize(world.resource, await sign(how), personRoute))).toBe(code)
  })

  it.each([0, 61, 63, 65, 66, 67, 128])(
    'is refused with its number of octets if it has %i [H17]',
    async (length) => {
      const { world, token } = await makeKnown()
      const { headers, ...message } = await world.agent.sign(url, {}, { token })
      const lines = headers.map(([name, value]): [string, string] => {
        if (name !== 'signature') return [name, value]
        const octets = Buffer.concat([Buffer.from(value.slice(5, -1), 'base64'), Buffer.alloc(64)])
        return [name, `sig=:${octets.subarray(0, length).toString('base64')}:`]
      })
      await expect(
        authorize(world.resource, toSignedRequest({ ...message, headers: lines }), personRoute),
      ).rejects.toMatchObject({
        code: 'invalid_signature',
        hint: expect.stringContaining(`the signature has ${length} octets`),
      })
    },
  )

  it('is refused if it is sent beside another mission than that of its token [MISS-7, L03]', async () => {
    const { world } = await makeKnown()
    const token = await world.agent.authToken({ generation: 'mission-header', mission: mission.s256 })
    const send = async (sent: Mission): Promise<string> => {
      const message = await world.agent.sign(url, {}, { token, mission: sent })
      return verdictOf(() => authorize(world.resource, toSignedRequest(message)))
    }
    const other = { ...mission, s256: otherS256 }
    expect([await send(mission), await send(other), await send(other), await send(mission)]).toEqual([
      'accepted',
      'invalid_request',
      'invalid_request',
      'accepted',
    ])
  })

  it('is compared with its content if that is covered, whatever its method [SIG-12, R11-104]', async () => {
    const { world, sign } = await makeKnown()
    for (const method of ['GET', 'POST']) {
      const request = await sign({ digest: true }, { method, body: 'note' })
      const other = { ...request, body: Buffer.from('tone') }
      expect(await verdictOf(() => authorize(world.resource, other, personRoute))).toBe('invalid_signature')
      expect(await verdictOf(() => authorize(world.resource, request, personRoute))).toBe('accepted')
    }
  })

  it.skipIf(!hasPool)(
    'is refused if its token is revoked while its signature is verified [JWT-19]',
    async () => {
      const { world, token, sign } = await makeKnown()
      const revoke = (): unknown => world.resource.revoke(claimsOf(token))
      expect(await decideTogether(world, [await sign(), await sign()], revoke)).toEqual([
        'revoked_jwt',
        'revoked_jwt',
      ])
    },
  )

  it.skipIf(!hasPool)(
    'is verified with new keys if its issuer is purged while its signature is verified [I26]',
    async () => {
      const { world, sign } = await makeKnown()
      await world.net.personServer.rotate({ withdraw: true })
      const purge = (): unknown => world.resource.purgeIssuer('https://ps.example')
      expect(await decideTogether(world, [await sign(), await sign()], purge)).toEqual([
        'unknown_key',
        'unknown_key',
      ])
    },
  )

  it('must have a nonce for a second guard that accepts each request once', async () => {
    const { world, sign } = await makeKnown()
    const once = { ...personRoute, singleUse: true }
    const plain = await sign()
    await authorize(world.resource, plain, personRoute)
    expect(await verdictOf(() => authorize(world.resource, plain, once))).toBe('invalid_input')
    const message = await sign({ params: { nonce: 'n' } })
    const again = { ...message }
    await authorize(world.resource, message, personRoute)
    expect(await verdictOf(() => authorize(world.resource, message, once))).toBe('accepted')
    expect(await verdictOf(() => authorize(world.resource, message, once))).toBe('accepted')
    expect(await verdictOf(() => authorize(world.resource, again, once))).toBe('invalid_signature')
  })

  it('is asked for what a second guard requires to be covered', async () => {
    const { world, sign } = await makeKnown()
    const [plain, covering] = [await sign(), await sign({ cover: ['@query'] })]
    for (const request of [plain, covering]) await authorize(world.resource, request, personRoute)
    const route = { ...personRoute, components: ['@query'] }
    expect(await verdictOf(() => authorize(world.resource, plain, route))).toBe('invalid_input')
    expect(await verdictOf(() => authorize(world.resource, covering, route))).toBe('accepted')
  })

  it('is refused by a second guard once its token is revoked [JWT-19]', async () => {
    const { world, token, sign } = await makeKnown()
    const request = await sign()
    await authorize(world.resource, request, personRoute)
    await world.resource.revoke(claimsOf(token))
    expect(await verdictOf(() => authorize(world.resource, request, personRoute))).toBe('revoked_jwt')
  })
})
