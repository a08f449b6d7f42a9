import { missing, readCorpus } from '@aauth-guard/fixtures/corpus'
import { describe, expect, it } from 'vitest'
import { platform as node } from '../../src/platform/node.ts'
import { platform as web } from '../../src/platform/web.ts'
import { type ContentDigests, matchesDigests, readContentDigest } from '../../src/signature/content-digest.ts'

const ascii = new TextEncoder()
const body = ascii.encode('{"hello": "world"}')
const sha256 = 'sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:'
const sha512 =
  'sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:'
const wrong256 = 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:'
const wrong512 =
  'sha-512=:z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==:'

describe('Content-Digest', () => {
  it.each([
    [[sha256], ['sha-256']],
    [[sha512], ['sha-512']],
    [[`${sha512}, ${sha256}`], ['sha-256', 'sha-512']],
    [
      [sha512, sha256],
      ['sha-256', 'sha-512'],
    ],
    [[`md5=:AAAA:, foo="bar", ${sha256}`], ['sha-256']],
    [[`${sha256};p=1`], ['sha-256']],
  ])('in the lines %j yields the digests %j [SIG-12, R11-104, N04]', (lines, algorithms) => {
    expect([...(readContentDigest(lines) ?? new Map()).keys()]).toEqual(algorithms)
  })

  it.each([
    [[], 'no field'],
    [[''], 'an empty field'],
    [['md5=:Sd/dVLAcvNLSq16eXua5uQ==:'], 'md5 alone'],
    [['sha=:07CavjDP4u3/TungoUHJO/Wzr4c=:, unixsum=1'], 'algorithms that are not understood'],
    [['SHA-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:'], 'an upper-case name'],
    [['sha-256="X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE="'], 'a string'],
    [['sha-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE'], 'a token'],
    [['sha-256'], 'no value'],
    [['sha-256=(:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:)'], 'a list'],
    [[`${sha256}, sha-512="x"`], 'one of two that is not a byte sequence'],
    [[`${sha256},`], 'a trailing comma'],
    [['X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE='], 'bare base64'],
  ])('in the lines %j contains nothing that can be compared: %s [SIG-12, R11-104, N04]', (lines) => {
    expect(readContentDigest(lines)).toBeUndefined()
  })
})

describe.each([node, web])('the content, on the platform $name,', ({ digest }) => {
  const matches = async (header: string, content: Uint8Array): Promise<boolean> =>
    matchesDigests(readContentDigest([header]) as ContentDigests, content, digest)

  it.each([sha256, sha512, `${sha256}, ${sha512}`, `foo=:AAAA:, ${sha256}`])(
    'matches %s [SIG-12, R11-104]',
    async (header) => {
      expect(await matches(header, body)).toBe(true)
    },
  )

  it('of no octets matches the digest of no octets [N08]', async () => {
    expect(await matches(wrong256, new Uint8Array())).toBe(true)
    expect(await matches(sha256, new Uint8Array())).toBe(false)
  })

  it.each([
    wrong256,
    wrong512,
    `${sha256}, ${wrong512}`,
    `${wrong256}, ${sha512}`,
    'sha-256=::',
    'sha-256=:X48E9qOokqqrvdts8nOJ:',
    'sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPEA:',
    'sha-512=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:',
  ])('does not match %s [SIG-12, R11-104, N01, N04]', async (header) => {
    expect(await matches(header, body)).toBe(false)
  })

  it('does not match when one bit of it differs [SIG-12, R11-104, N01]', async () => {
    for (const at of [0, 9, body.length - 1]) {
      const altered = body.map((octet, index) => (index === at ? octet ^ 1 : octet))
      expect(await matches(sha256, altered)).toBe(false)
    }
  })
})

describe('a platform that hashes one algorithm synchronously and the other asynchronously', () => {
  const mixed: typeof node.digest = (algorithm, bytes) =>
    algorithm === 'sha-256' ? node.digest(algorithm, bytes) : web.digest(algorithm, bytes)

  it.each([
    [`${sha256}, ${sha512}`, true],
    [`${wrong256}, ${sha512}`, false],
    [`${sha256}, ${wrong512}`, false],
  ])('%s: %s [N04]', async (header, verdict) => {
    const digests = readContentDigest([header]) as ContentDigests
    expect(await matchesDigests(digests, body, mixed)).toBe(verdict)
  })
})

interface DigestCase {
  readonly body: string
  readonly header: string
  readonly expected: string
}
const why = missing('misc')
const corpus =
  why === undefined ? readCorpus<{ cases: DigestCase[] }>('misc', 'content-digest.json').cases : []

describe.skipIf(why !== undefined)(`the corpus of digests ${why ?? ''}`, () => {
  it.each(corpus)(
    '$header: $expected [SIG-12, R11-104, N01, N04, N08]',
    async ({ header, expected, ...one }) => {
      const digests = readContentDigest([header])
      const accepted =
        digests !== undefined && (await matchesDigests(digests, ascii.encode(one.body), node.digest))
      expect(accepted).toBe(expected.startsWith('accept'))
    },
  )
})
