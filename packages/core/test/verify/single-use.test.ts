import { authorize, type ResourceOptions } from '@aauth-guard/core'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { type SignOptions, toSignedRequest } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

const once = { singleUse: true } as const
const nonce = { params: { nonce: 'n' } }

async function signed(world: World, method: string, body: string | undefined, signing: Partial<SignOptions>) {
  const token = await world.agent.authToken({ scope: 'access' })
  return world.agent.sign(`${world.net.resource}/pay`, body === undefined ? { method } : { method, body }, {
    ...signing,
    token,
  })
}

const verdictOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'accepted',
    ({ code }) => code,
  )

describe('a route with singleUse', () => {
  const options: readonly ResourceOptions['replay'][] = ['auto', 'off', 'unsafe', 'all']
  const rows = options.flatMap((replay) =>
    ['GET', 'POST'].flatMap((method) => [
      [replay, method, 'a nonce', method === 'GET' ? undefined : 'x', nonce] as const,
      [replay, method, 'a covered digest of empty content', '', { digest: true }] as const,
    ]),
  )

  it.each(rows)(
    'accepts a request once, under replay %s, as %s with %s [REPLAY-1, R11-107]',
    async (replay, method, _, body, signing) => {
      const world = await makeWorld({ replay: replay as 'auto' })
      const message = await signed(world, method, body, signing)
      const send = () => verdictOf(authorize(world.resource, toSignedRequest(message), once))
      expect([await send(), await send()]).toEqual(['accepted', 'invalid_signature'])
    },
  )

  it.each([
    ['POST', 'x', {}],
    ['POST', undefined, {}],
    ['GET', undefined, {}],
    ['DELETE', undefined, { params: { nonce: '' } }],
  ] as const)(
    'answers %s of %j without a nonce and a covered digest with 401 invalid_input and the required components [SIG-10]',
    async (method, body, signing) => {
      const world = await makeWorld()
      const message = await signed(world, method, body, signing)
      const refused = authorize(world.resource, toSignedRequest(message), once)
      await expect(refused).rejects.toMatchObject({
        status: 401,
        headers: {
          'signature-error':
            'error=invalid_input, required_input=("@method" "@authority" "@path" "signature-key" "content-digest")',
        },
      })
    },
  )

  it('names content-digest once even if the route requires it as well [SIG-10]', async () => {
    const world = await makeWorld()
    const message = await signed(world, 'POST', 'x', {})
    const requirement = { ...once, components: ['content-digest'] }
    const refused = authorize(world.resource, toSignedRequest(message), requirement)
    await expect(refused).rejects.toMatchObject({
      headers: { 'signature-error': expect.stringMatching(/"signature-key" "content-digest"\)$/) },
    })
  })

  it('accepts one of two concurrent requests [J03]', async () => {
    const world = await makeWorld()
    const message = await signed(world, 'POST', 'x', nonce)
    const send = () => verdictOf(authorize(world.resource, toSignedRequest(message), once))
    expect((await Promise.all([send(), send()])).sort()).toEqual(['accepted', 'invalid_signature'])
  })

  it('accepts a request that the guard before it has recorded, and once more in a third guard [E23]', async () => {
    const world = await makeWorld()
    const request = toSignedRequest(await signed(world, 'POST', 'x', nonce))
    for (const requirement of [{}, once, once])
      expect(await verdictOf(authorize(world.resource, request, requirement))).toBe('accepted')
  })

  it('records a request that the guard before it did not record [E23]', async () => {
    const world = await makeWorld()
    const message = await signed(world, 'GET', undefined, nonce)
    const pass = async () => {
      const request = toSignedRequest(message)
      await authorize(world.resource, request)
      return verdictOf(authorize(world.resource, request, once))
    }
    expect([await pass(), await pass()]).toEqual(['accepted', 'invalid_signature'])
  })

  it('requires a nonce or a digest even behind a guard that does not [E23]', async () => {
    const world = await makeWorld()
    const request = toSignedRequest(await signed(world, 'POST', 'x', {}))
    await authorize(world.resource, request)
    expect(await verdictOf(authorize(world.resource, request, once))).toBe('invalid_input')
  })

  it('gives two guards that run concurrently one outcome [E23]', async () => {
    const world = await makeWorld()
    const request = toSignedRequest(await signed(world, 'GET', undefined, nonce))
    await authorize(world.resource, request)
    const both = [1, 2].map(() => verdictOf(authorize(world.resource, request, once)))
    expect(await Promise.all(both)).toEqual(['accepted', 'accepted'])
  })

  it('never sends a mark again whose answer was lost', async () => {
    let marks = 0
    const mark = async () => {
      marks += 1
      throw new Error('connection lost')
    }
    const world = await makeWorld({ stores: { replays: { mark } } })
    const request = toSignedRequest(await signed(world, 'GET', undefined, nonce))
    await authorize(world.resource, request)
    for (let i = 0; i < 2; i++)
      expect(await verdictOf(authorize(world.resource, request, once))).toBe('server_error')
    expect(marks).toBe(1)
  })

  it('requires singleUse to be a boolean', async () => {
    const { resource } = await makeWorld()
    await expect(authorize(resource, {} as never, { singleUse: 'yes' } as never)).rejects.toThrow(
      '"singleUse" is "yes": write true or false',
    )
  })
})

describe('the answer to a replay', () => {
  it('says that the signature was used and what to do about it, in text that is safe in a header', async () => {
    const world = await makeWorld()
    const message = await signed(world, 'POST', 'x', nonce)
    await authorize(world.resource, toSignedRequest(message))
    await expect(authorize(world.resource, toSignedRequest(message))).rejects.toMatchObject({
      status: 401,
      code: 'invalid_signature',
      headers: { 'signature-error': 'error=invalid_signature' },
      problem: {
        type: 'urn:ietf:params:sig-error:invalid_signature',
        detail: 'The signature was already used: sign again with a new `created` or a `nonce`.',
      },
    })
  })
})
