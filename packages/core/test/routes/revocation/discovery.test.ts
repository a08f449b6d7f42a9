import { neverAnswers } from '@aauth-guard/fixtures/never-answers'
import { makeRevocationWorld, told } from '@aauth-guard/fixtures/revoking'
import { now } from '@aauth-guard/fixtures/world'
import type { Misbehaviour } from '@aauth-guard/testing'
import { describe, expect, it } from 'vitest'

const revocation = { jti: 'x', exp: now + 100 }

const faults: readonly [Misbehaviour, number, string][] = [
  ['hang', 503, 'server_error'],
  ['unreachable', 503, 'server_error'],
  ['server-error', 503, 'server_error'],
  ['not-found', 401, 'unknown_key'],
  ['redirect', 401, 'unknown_key'],
  ['no-jwks-uri', 401, 'unknown_key'],
  ['foreign-jwks-uri', 401, 'unknown_key'],
  ['no-keys', 401, 'unknown_key'],
  ['empty-keys', 401, 'unknown_key'],
  ['no-alg', 401, 'unknown_key'],
  ['small-order-key', 401, 'unknown_key'],
  ['no-issuer', 401, 'issuer_missing'],
  ['other-issuer', 401, 'issuer_mismatch'],
]

describe('the keys of a server that revokes', () => {
  it.each(faults)('that are unavailable (%s) lead to %d %s', async (how, status, code) => {
    const world = await makeRevocationWorld()
    if (how === 'hang') void neverAnswers()
    world.net.personServer.misbehave(how)
    expect(told(await world.post(revocation))).toEqual([status, code, undefined])
  })

  it('that are temporarily unavailable lead to an answer with Retry-After', async () => {
    const world = await makeRevocationWorld()
    world.net.personServer.misbehave('server-error')
    expect((await world.post(revocation)).headers['retry-after']).toBe('5')
  })

  it('are those of the document that dwk names, at the identifier that signed [KEY-15]', async () => {
    const world = await makeRevocationWorld()
    await world.post(revocation)
    expect(world.net.fetches.map(({ url }) => url)).toEqual([
      'https://ps.example/.well-known/aauth-person.json',
      'https://ps.example/jwks.json',
    ])
  })

  it('are fetched once more when they were changed under the same kid', async () => {
    const world = await makeRevocationWorld()
    await world.post(revocation)
    await world.net.personServer.rekey()
    world.net.clock.advance(61)
    expect((await world.post(revocation)).status).toBe(200)
  })

  it('are not accepted after a fetch has shown that they were withdrawn', async () => {
    const world = await makeRevocationWorld()
    const old = world.net.personServer.key
    await world.post(revocation)
    await world.net.personServer.rotate({ withdraw: true })
    world.net.clock.advance(601)
    world.net.personServer.key = old
    expect(told(await world.post(revocation))).toEqual([401, 'unknown_key', undefined])
  })
})
