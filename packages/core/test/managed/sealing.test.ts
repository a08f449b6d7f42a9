import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Sealer } from '../../src/managed/sealing.ts'
import { checkSealingKeys } from '../../src/managed/sealing-keys.ts'
import { decodeBase64url, encodeBase64url } from '../../src/wire/base64url.ts'

const issuer = 'https://notes.example'
const octetsOf = (seed: number): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, i) => (i * 37 + seed) % 256)
const keyOf = (kid: string, seed = kid.charCodeAt(0)) => ({ kid, key: octetsOf(seed) })
const keysOf = (...kids: readonly string[]) => checkSealingKeys(kids.map((kid) => keyOf(kid)))
const text = new TextEncoder().encode('what is kept')
const sealer = new Sealer(issuer, keysOf('a', 'b'))

async function opened(by: Sealer, sealed: Uint8Array, kind = 'session'): Promise<string | undefined> {
  const octets = await by.open(kind, sealed)
  return octets && new TextDecoder().decode(octets)
}

describe('a sealed value', () => {
  it('opens with what was sealed, and holds neither it nor its kind in the clear', async () => {
    const sealed = await sealer.seal('session', text)
    expect(await opened(sealer, sealed)).toBe('what is kept')
    expect(new TextDecoder('latin1').decode(sealed)).not.toMatch(/kept|session|notes/)
  })

  it('opens in another process with the same keys, whichever comes first', async () => {
    const sealed = await sealer.seal('session', text)
    expect(await opened(new Sealer(issuer, keysOf('b', 'a')), sealed)).toBe('what is kept')
  })

  it('is another one each time, with a salt of its own', async () => {
    const texts = await Promise.all(Array.from({ length: 20 }, () => sealer.sealText('session', text)))
    expect(new Set(texts).size).toBe(20)
    const salts = texts.map((sealed) => decodeBase64url(sealed)?.subarray(3, 19).join())
    expect(new Set(salts).size).toBe(20)
  })

  it('is sealed by the first key, and does not open once that key was taken out', async () => {
    const sealed = await new Sealer(issuer, keysOf('new', 'a')).seal('session', text)
    expect(await opened(sealer, sealed)).toBeUndefined()
    expect(await opened(new Sealer(issuer, keysOf('a', 'new')), sealed)).toBe('what is kept')
  })

  it.each([
    ['another kind', new Sealer(issuer, keysOf('a')), 'record claim one'],
    ['no kind', new Sealer(issuer, keysOf('a')), ''],
    ['another resource', new Sealer('https://mail.example', keysOf('a')), 'session'],
    ['another key of the same name', new Sealer(issuer, checkSealingKeys([keyOf('a', 9)])), 'session'],
    ['the same key under another name', new Sealer(issuer, checkSealingKeys([keyOf('x', 97)])), 'session'],
    ['no key', new Sealer(issuer, undefined), 'session'],
  ])('does not open for %s', async (_, other, kind) => {
    const sealed = await sealer.seal('session', text)
    expect(await opened(sealer, sealed)).toBe('what is kept')
    expect(await opened(other, sealed, kind)).toBeUndefined()
  })

  it('does not open for a resource and a kind that join to the same text', async () => {
    const sealed = await new Sealer('https://a.example', keysOf('a')).seal('b', text)
    expect(await opened(new Sealer('https://a.exampl', keysOf('a')), sealed, 'eb')).toBeUndefined()
    expect(await opened(new Sealer('https://a.example","b', keysOf('a')), sealed, '')).toBeUndefined()
  })

  it('does not open under the name of another key that is known', async () => {
    const sealed = await sealer.seal('session', text)
    expect(sealed[2]).toBe('a'.charCodeAt(0))
    sealed[2] = 'b'.charCodeAt(0)
    expect(await opened(sealer, sealed)).toBeUndefined()
  })

  it('does not open under another name of the same key', async () => {
    const by = new Sealer(issuer, checkSealingKeys([keyOf('a'), keyOf('x', 97)]))
    const sealed = await by.seal('session', text)
    sealed[2] = 'x'.charCodeAt(0)
    expect(await opened(by, sealed)).toBeUndefined()
  })

  it('does not open with any octet changed, any octet left out, or one more', async () => {
    const sealed = await sealer.seal('session', text)
    for (let i = 0; i < sealed.length; i += 1) {
      const changed = sealed.slice()
      changed[i] = (changed[i] as number) ^ 1
      expect(await opened(sealer, changed)).toBeUndefined()
      expect(await opened(sealer, sealed.slice(0, i))).toBeUndefined()
      expect(await opened(sealer, sealed.slice(i + 1))).toBeUndefined()
    }
    expect(await opened(sealer, Uint8Array.of(...sealed, 0))).toBeUndefined()
  })

  it('is nothing that anybody makes up', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 120 }), fc.boolean(), async (octets, isNearly) => {
        const made = isNearly ? Uint8Array.of(1, 1, 'a'.charCodeAt(0), ...octets) : octets
        expect(await opened(sealer, made)).toBeUndefined()
      }),
    )
  })

  it('opens with any octets that were sealed, none at all too', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (octets) => {
        const sealed = await sealer.sealText('session', octets)
        expect(await sealer.openText('session', sealed)).toEqual(Uint8Array.from(octets))
      }),
    )
  })

  it('of a process without keys opens in that process only', async () => {
    const [one, other] = [new Sealer(issuer, undefined), new Sealer(issuer, undefined)]
    await other.seal('session', text)
    const sealed = await one.seal('session', text)
    expect([await opened(one, sealed), await opened(other, sealed)]).toEqual(['what is kept', undefined])
  })
})

describe('the text of a sealed value', () => {
  it('is token68 that a header field can carry, and has one spelling [ACCESS-1]', async () => {
    const sealed = await sealer.sealText('session', text)
    expect(sealed).toMatch(/^[A-Za-z0-9_-]+$/)
    const last = sealed.slice(-1)
    const spellings = [
      `${sealed}=`,
      `${sealed}==`,
      ` ${sealed}`,
      `${sealed}\n`,
      sealed.replaceAll('-', '+').replaceAll('_', '/'),
      sealed.toUpperCase(),
      `${sealed.slice(0, -1)}${last === 'A' ? 'B' : String.fromCharCode(last.charCodeAt(0) + 1)}`,
      sealed.slice(0, -1),
      `${sealed}A`,
      '',
      '\u0000',
    ].filter((spelling) => spelling !== sealed)
    for (const spelling of spellings) expect(await sealer.openText('session', spelling)).toBeUndefined()
  })

  it('is never longer than 2048 characters, neither sealed nor opened', async () => {
    const fits = await sealer.sealText('session', new Uint8Array(1501))
    expect(fits.length).toBeLessThanOrEqual(2048)
    await expect(sealer.sealText('session', new Uint8Array(1502))).rejects.toThrow(
      'a sealed value of 2050 characters is longer than 2048',
    )
    const long = encodeBase64url(await sealer.seal('session', new Uint8Array(1502)))
    expect(await sealer.openText('session', long)).toBeUndefined()
  })
})

describe('sealing keys', () => {
  it('are copied', async () => {
    const given = keyOf('a')
    const by = new Sealer(issuer, checkSealingKeys([given]))
    given.key.fill(0)
    expect(await opened(sealer, await by.seal('session', text))).toBe('what is kept')
  })

  it('are the same as octets and as base64url', async () => {
    const by = new Sealer(issuer, checkSealingKeys([{ kid: 'a', key: encodeBase64url(octetsOf(97)) }]))
    expect(await opened(sealer, await by.seal('session', text))).toBe('what is kept')
  })

  const secret = encodeBase64url(octetsOf(1))
  it.each<[unknown, string]>([
    ['a', '"sealingKeys" is "a": list 1 to 16 keys'],
    [[], '"sealingKeys" is a list of 0: list 1 to 16 keys'],
    [Array.from({ length: 17 }, (_, i) => keyOf(`${i}`)), '"sealingKeys" is a list of 17'],
    [[undefined], '"kid" in "sealingKeys" is undefined'],
    [[{ key: secret }], '"kid" in "sealingKeys" is undefined'],
    [[{ kid: 'a b', key: secret }], '"kid" in "sealingKeys" is "a b"'],
    [[{ kid: 'a'.repeat(33), key: secret }], '"kid" in "sealingKeys" is "aaa'],
    [[keyOf('a'), keyOf('a')], '"sealingKeys" repeats the "kid" "a"'],
    [[{ kid: 'a' }], 'the key "a" in "sealingKeys" does not have 32 octets'],
    [[{ kid: 'a', key: '' }], 'the key "a" in "sealingKeys" is empty'],
    [[{ kid: 'a', key: `${secret}=` }], 'the key "a" in "sealingKeys" does not have 32 octets'],
    [[{ kid: 'a', key: octetsOf(1).subarray(1) }], 'the key "a" in "sealingKeys" does not have 32 octets'],
    [[{ kid: 'a', key: [...octetsOf(1)] }], 'the key "a" in "sealingKeys" does not have 32 octets'],
    [[{ kid: 'a', key: new Uint8Array(32) }], 'repeats few octets, so it is not random'],
  ])('%j are refused without showing one', (keys, message) => {
    let thrown = ''
    try {
      checkSealingKeys(keys as never)
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError)
      thrown = `${error}`
    }
    expect(thrown).toContain(message)
    expect(thrown).not.toContain(secret.slice(0, 10))
  })
})
