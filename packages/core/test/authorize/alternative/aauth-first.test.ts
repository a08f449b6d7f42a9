import type { RoutedRequest, SignedRequest } from '@aauth-guard/core'
import { describe, expect, it, vi } from 'vitest'
import { acme, bare, scene, signed } from './scene.ts'

describe('AAuth beside another credential', () => {
  const traces = [
    { 'signature-key': '' },
    { 'signature-input': '' },
    { signature: '' },
    { authorization: 'AAuth' },
    { authorization: 'aauth opaque' },
    { authorization: 'Bearer of-acme, AAuth opaque' },
  ]

  it.each(traces)('makes a request with %o one of AAuth, which check never sees', async (fields) => {
    const check = vi.fn(() => acme)
    const { refuse, events } = await scene(check)
    const both = await refuse(bare({ 'x-api-key': 'of-acme', ...fields }))
    const alone = await refuse(bare(fields))
    expect([both.code, both.message, alone.status, alone.headers['www-authenticate']]).toEqual([
      'invalid_request',
      'The request carries two credentials: send one.',
      expect.toSatisfy((status) => status === 400 || status === 401),
      undefined,
    ])
    expect([check.mock.calls.length, events.map(({ credential }) => credential)]).toEqual([
      0,
      ['aauth', 'aauth'],
    ])
  })

  it('does not pass as nobody with Authorization of AAuth where the route is optional', async () => {
    const { refuse } = await scene(() => acme, { optional: true })
    expect((await refuse(bare({ authorization: 'AAuth opaque' }))).code).toBe('invalid_signature')
  })

  it('is verified as on any route, and a scope of the key is none of the agent', async () => {
    const check = vi.fn(() => acme)
    const world = await scene(check)
    expect((await world.authorize(await signed(world)))?.type).toBe('auth-token')
    const refusals = [
      await world.refuse(await signed(world, {}, 'notes.write')),
      await world.refuse(await signed(world, { 'x-api-key': 'of-acme' })),
      await world.refuse(await signed(world, { 'x-api-key': 'of-acme' }, 'notes.write')),
    ]
    expect(refusals.map(({ code, headers }) => [code, headers['www-authenticate']])).toEqual([
      ['auth_token_required', undefined],
      ['invalid_request', undefined],
      ['invalid_request', undefined],
    ])
    expect(refusals[0]?.headers['aauth-requirement']).toMatch(/^requirement=auth-token;resource-token=/)
    expect(check).not.toHaveBeenCalled()
  })

  it('is not disturbed by a credential that the route does not name', async () => {
    const world = await scene()
    const caller = await world.authorize(await signed(world, { authorization: 'Bearer of-acme' }))
    expect(caller?.type).toBe('auth-token')
  })

  it('decides by what was read first, also where a host says something else when it is asked again', async () => {
    let reads = 0
    const check = vi.fn((request: RoutedRequest) => ({
      id: String(request.header('x-api-key')[0]),
      scopes: [],
    }))
    const { authorize } = await scene(check, {})
    const changing: SignedRequest = {
      ...bare(),
      header: (name) => (name === 'x-api-key' ? [`of-${++reads}`] : []),
    }
    expect(await authorize(changing)).toMatchObject({ id: 'of-1' })
  })
})
