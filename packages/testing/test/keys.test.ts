import { createTestNetwork, makeKey } from '@aauth-guard/testing'
import { calculateJwkThumbprint } from 'jose'
import { describe, expect, it } from 'vitest'
import { isSignatureOf } from './received.ts'

const message = new TextEncoder().encode('a message')

describe.each(['Ed25519', 'ES256'] as const)('a key for %s', (alg) => {
  it('is the same for the same seed, and another for another seed', async () => {
    const [one, same, other] = await Promise.all([
      makeKey('seed', 'k', alg),
      makeKey('seed', 'k', alg),
      makeKey('another seed', 'k', alg),
    ])
    expect(same.jwk).toEqual(one.jwk)
    expect(other.jwk.x).not.toBe(one.jwk.x)
  })

  it('publishes its public members and a fully specified alg, and nothing else', async () => {
    const { jwk } = await makeKey('seed', 'k', alg)
    const members = alg === 'Ed25519' ? ['alg', 'crv', 'kty', 'x'] : ['alg', 'crv', 'kty', 'x', 'y']
    expect(Object.keys(jwk).sort()).toEqual(members)
    expect(jwk.alg).toBe(alg)
  })

  it('has the thumbprint that jose calculates', async () => {
    const { jwk, thumbprint } = await makeKey('seed', 'k', alg)
    expect(thumbprint).toBe(await calculateJwkThumbprint(jwk))
  })

  it('makes signatures of 64 octets that node:crypto verifies', async () => {
    const key = await makeKey('seed', 'k', alg)
    const signature = Buffer.from(await key.sign(message))
    expect(signature).toHaveLength(64)
    expect(isSignatureOf(key, Buffer.from(message), signature)).toBe(true)
    expect(isSignatureOf(key, Buffer.from('another message'), signature)).toBe(false)
  })
})

describe('the seed of a network', () => {
  it('gives the same issuers and agents again', async () => {
    const [one, same, other] = await Promise.all(
      ['seed', 'seed', 'another seed'].map(async (seed) => {
        const net = await createTestNetwork({ seed })
        const { key } = await net.agent()
        return [net.agentProvider, net.personServer, net.accessServer, { key }].map(
          (holder) => holder.key.thumbprint,
        )
      }),
    )
    expect(same).toEqual(one)
    expect(new Set([...(one ?? []), ...(other ?? [])]).size).toBe(8)
  })

  it('is random when none is given', async () => {
    const [one, other] = await Promise.all([createTestNetwork(), createTestNetwork()])
    expect(other.agentProvider.key.thumbprint).not.toBe(one.agentProvider.key.thumbprint)
  })

  it('gives agents of different names different keys', async () => {
    const net = await createTestNetwork({ seed: 'seed' })
    const [planner, thief] = await Promise.all([net.agent(), net.agent({ name: 'thief' })])
    expect(thief.key.thumbprint).not.toBe(planner.key.thumbprint)
    expect([planner.id, thief.id]).toEqual(['aauth:planner@agent.example', 'aauth:thief@agent.example'])
  })
})
