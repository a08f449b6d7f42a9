import { isAAuthError } from '@aauth-guard/core'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { describe, expect, it } from 'vitest'
import { decodeToken } from '../../src/token/untrusted-token.ts'

const signature = Buffer.alloc(64).toString('base64url')
const required = { typ: 'aa-auth+jwt', alg: 'Ed25519', kid: 'key-1' }
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
/** An object of exactly `octets` octets of JSON. */
const ofSize = (octets: number, members: object): object => ({
  ...members,
  x: 'x'.repeat(octets - JSON.stringify({ ...members, x: '' }).length),
})
const codeOf = (text: string): string | undefined => {
  try {
    decodeToken(text)
    return undefined
  } catch (error) {
    return isAAuthError(error) ? error.code : String(error)
  }
}
/** A token whose text has exactly `length` characters; not every length fits every header. */
const ofLength = (length: number): string => {
  const fitting = ['k', 'kk', 'kkk'].map((kid) => {
    const header = encode({ ...required, kid })
    const rest = length - header.length - signature.length - 2
    return `${header}.${encode(ofSize(Math.floor((rest * 3) / 4), {}))}.${signature}`
  })
  return fitting.find((text) => text.length === length) ?? ''
}

describe('the size of a token', () => {
  it.each([8191, 8192])('may be %i characters [JWT-1]', (length) => {
    const token = ofLength(length)
    expect(token).toHaveLength(length)
    expect(codeOf(token)).toBeUndefined()
  })

  it.each([8193, 8194])('must not be %i characters [JWT-1]', (length) => {
    const token = ofLength(length)
    expect(token).toHaveLength(length)
    expect(codeOf(token)).toBe('invalid_jwt')
  })

  it('beyond the limit makes the token refused like any invalid one, without a fetch [JWT-1, F13]', async () => {
    const world = await makeWorld()
    const token = await world.agent.authToken({ claims: { x: 'x'.repeat(6000) } })
    expect(await world.refusal(token)).toMatchObject({ code: 'invalid_jwt', status: 401 })
    expect(world.net.fetches).toEqual([])
  })

  it('allows 1024 octets for the header [JWT-1]', () => {
    expect(codeOf(`${encode(ofSize(1024, required))}.${encode({})}.${signature}`)).toBeUndefined()
  })

  it('allows no more octets for the header [JWT-1, F10]', () => {
    expect(codeOf(`${encode(ofSize(1025, required))}.${encode({})}.${signature}`)).toBe('invalid_jwt')
  })
})
