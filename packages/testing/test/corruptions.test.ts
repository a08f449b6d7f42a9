import { type Corruption, corruptions, corruptToken, createTestNetwork } from '@aauth-guard/testing'
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify, UnsecuredJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'

let token: string
let keys: JSONWebKeySet
beforeAll(async () => {
  const net = await createTestNetwork({ seed: 'corruptions' })
  // One signature in fifteen is the same in both alphabets.
  do token = await (await net.agent()).authToken()
  while (!/[-_][^.]*$/.test(token))
  keys = (await (await net.fetch('https://ps.example/jwks.json')).json()) as JSONWebKeySet
})

const segments = (text: string): string[] => text.split('.')
/** The octets that a decoder finds that skips unknown characters. */
const octets = (text: string): Buffer[] => segments(text).map((segment) => Buffer.from(segment, 'base64'))
const payloadOf = (text: string): Buffer => octets(text)[1] as Buffer

const sameOctets: [Corruption, RegExp][] = [
  ['padded-signature', /[\w-]==$/],
  ['padded-payload', /^[\w-]+\.[\w-]+=\.[\w-]+$/],
  ['trailing-bits', /^[\w-]+\.[\w-]+\.[\w-]+$/],
  ['trailing-newline', /[\w-]\n$/],
  ['inner-space', /^[\w-]+\.[\w-]{8} [\w-]+\.[\w-]+$/],
  ['standard-alphabet', /^[\w-]+\.[\w-]+\.[A-Za-z0-9+/]*[+/][A-Za-z0-9+/]*$/],
]

const otherShapes: Partial<Record<Corruption, (text: string) => unknown>> = {
  'two-parts': (text) => expect(segments(text)).toEqual(segments(token).slice(0, 2)),
  'four-parts': (text) => expect(segments(text)).toEqual([...segments(token), segments(token)[2]]),
  'empty-signature': (text) => expect(segments(text)).toEqual([...segments(token).slice(0, 2), '']),
  'not-json': (text) => expect(payloadOf(text).toString()).toBe('{"iss":'),
  'array-payload': (text) => expect(payloadOf(text).toString()).toBe('[]'),
  'invalid-utf8': (text) =>
    expect(() => new TextDecoder('utf-8', { fatal: true }).decode(payloadOf(text))).toThrow(TypeError),
  'byte-order-mark': (text) =>
    expect(payloadOf(text)).toEqual(Buffer.concat([Buffer.of(0xef, 0xbb, 0xbf), payloadOf(token)])),
  'duplicate-member': (text) => {
    expect(payloadOf(text).toString()).toMatch(
      /^\{"iss":"https:\/\/other\.example","iss":"https:\/\/ps\.example"/,
    )
    expect(decodeJwt(text)).toEqual(decodeJwt(token))
  },
  'escaped-duplicate-member': (text) => {
    expect(payloadOf(text).toString()).toMatch(/^\{"\\u0069ss":"x","iss":"https:\/\/ps\.example"/)
    expect(decodeJwt(text)).toEqual(decodeJwt(token))
  },
  'deep-nesting': (text) => {
    const { x, ...claims } = decodeJwt(text)
    expect(JSON.stringify(x)).toBe(`${'['.repeat(40)}${']'.repeat(40)}`)
    expect(claims).toEqual(decodeJwt(token))
  },
  'alg-none': (text) => expect(UnsecuredJWT.decode(text).payload).toEqual(decodeJwt(token)),
  async 'changed-claim'(text) {
    expect(decodeJwt(text)).toEqual({ ...decodeJwt(token), jti: 'changed' })
    await expect(jwtVerify(text, createLocalJWKSet(keys))).rejects.toThrow('signature verification failed')
  },
  'too-long': (text) => {
    expect(text.length).toBeGreaterThan(8192)
    expect(decodeJwt(text)).toMatchObject(decodeJwt(token))
  },
}

describe('a corruption of a token', () => {
  it.each(sameOctets)('%s encodes the same octets differently', (how, pattern) => {
    const corrupted = corruptToken(token, how)
    expect(corrupted).not.toBe(token)
    expect(corrupted).toMatch(pattern)
    expect(octets(corrupted)).toEqual(octets(token))
  })

  it.each(Object.entries(otherShapes) as [Corruption, (text: string) => unknown][])(
    '%s is what its name says',
    async (how, check) => {
      await check(corruptToken(token, how))
    },
  )

  it('has a row here for every name', () => {
    const names = [...sameOctets.map(([how]) => how), ...Object.keys(otherShapes)]
    expect(names.sort()).toEqual(Object.keys(corruptions).sort())
  })

  it('keeps characters outside ASCII in the other claims', async () => {
    const net = await createTestNetwork({ seed: 'corruptions' })
    const umlaut = await (await net.agent()).authToken({ sub: 'ädä' })
    expect(decodeJwt(corruptToken(umlaut, 'duplicate-member'))).toEqual(decodeJwt(umlaut))
  })

  it('standard-alphabet has a character of the standard alphabet in any signature', () => {
    expect(corruptToken('aa.bb.cc', 'standard-alphabet')).toBe('aa.bb.cc+')
  })
})
