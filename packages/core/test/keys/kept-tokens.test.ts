import { makeWorld } from '@aauth-guard/fixtures/world'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { IssuerKeys } from '../../src/keys/issuer-keys.ts'
import type { IssuerKey } from '../../src/keys/key-set.ts'
import { type VerifiedToken, VerifiedTokens } from '../../src/keys/verified-tokens.ts'
import { everyKind, type Minted } from '../token/mint.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

const published = { isCurrent: () => true } as unknown as IssuerKeys
const signedWith = { kid: 'key-1' } as IssuerKey
const tokenWith = (further?: Record<string, unknown>) =>
  ({ claims: { exp: 2, further } }) as unknown as VerifiedToken

/** A text as long as a token, whose signature begins with a name. */
const textOf = (name: string, length = 100): string =>
  `${name.padEnd(24, '.')}${'A'.repeat(62)}`.padStart(length, 'A')

describe('of verified tokens', () => {
  it('as many are kept as the limit allows, 2048 octets each on average [O04]', () => {
    const tokens = new VerifiedTokens(published, 4)
    const texts = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(4000))
    for (const text of texts) tokens.set(text, tokenWith(), signedWith)
    expect(texts.map((text) => tokens.get(text, 1) !== undefined)).toEqual([false, false, false, true, true])
  })

  it('each is found by issuer and jti without a scan, and the index forgets a token with it [O04]', () => {
    const tokens = new VerifiedTokens(published, 4)
    const named = (jti: string) => ({ claims: { iss: 'https://ps.example', jti, exp: 2 } }) as VerifiedToken
    for (let n = 0; n < 100; n++) tokens.set(textOf(`${n}`), named(`jti-${n}`), signedWith)
    expect(tokens.names).toBe(4)
    expect(tokens.find({ iss: 'https://ps.example', jti: 'jti-99' })?.claims.jti).toBe('jti-99')
    expect(tokens.find({ iss: 'https://ps.example', jti: 'jti-1' })).toBeUndefined()
    tokens.set(textOf('99'), named('jti-99'), signedWith)
    tokens.set(textOf('too large', 10_000), named('too-large'), signedWith)
    expect(tokens.find({ iss: 'https://ps.example', jti: 'too-large' })).toBeUndefined()
    tokens.purge('https://ps.example')
    expect(tokens.names).toBe(0)
  })

  it('two that share the part by which they are found are not confused', () => {
    const tokens = new VerifiedTokens(published, 4)
    tokens.set(`a${textOf('same')}`, tokenWith({}), signedWith)
    expect(tokens.get(`b${textOf('same')}`, 1)).toBeUndefined()
    expect(tokens.get(`a${textOf('same')}`, 1)).toBeDefined()
  })

  it('further claims count toward that limit with the memory they take [O04]', () => {
    const tokens = new VerifiedTokens(published, 4)
    for (const [a, b, value] of [
      ['a', 'b', {}],
      ['c', 'd', 'some group'],
    ] as const) {
      const groups = Array.from({ length: 120 }, () => value)
      for (const name of [a, b]) tokens.set(textOf(name), tokenWith({ groups }), signedWith)
      expect([tokens.get(textOf(a), 1), tokens.get(textOf(b), 1)]).toEqual([undefined, expect.anything()])
    }
  })
})

describe.each(everyKind)('of a verified $kind', ({ mint, requirement }: Minted) => {
  it('only used members are kept: neither cnf.jwk nor claims that are never read [O04]', async () => {
    const set = vi.spyOn(VerifiedTokens.prototype, 'set')
    const { agent, call } = await makeWorld()
    const claims = {
      cnf: { jwk: { ...agent.key.jwk, more: Array(100).fill({ filler: 'filler' }) } },
      groups: ['filler'],
    }
    await call(await mint(agent, { claims }), { requirement })
    const [, token] = set.mock.calls[0] ?? []
    expect(token?.claims.iss).toMatch('https://')
    expect(JSON.stringify(token)).not.toContain('filler')
    expect(Object.keys(token?.claims ?? {})).not.toContain('jwk')
  })
})
