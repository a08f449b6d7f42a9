import { missing, readCorpus } from '@aauth-guard/fixtures/corpus'
import { describe, expect, it } from 'vitest'
import { platform as node } from '../../src/platform/node.ts'
import { fromHex, sodium } from './backends.ts'
import { verdictOf } from './verdict-of.ts'

interface Vector {
  readonly id: number
  readonly key: Uint8Array
  readonly signature: Uint8Array<ArrayBuffer>
  readonly message: Uint8Array
}
interface Corpus {
  readonly name: string
  readonly absent: string | undefined
  readonly size: number
  /** What Node 20 and 22 accept and libsodium refuses: R is a point of small order, which later versions refuse too. */
  readonly smallOrderR: readonly number[]
  read(): readonly Vector[]
}

const ascii = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'))
const corpora: readonly Corpus[] = [
  {
    name: 'Wycheproof ed25519',
    absent: missing('wycheproof'),
    size: 151,
    smallOrderR: [],
    read: () =>
      readCorpus<{
        testGroups: {
          readonly publicKey: { readonly pk: string }
          readonly tests: { readonly tcId: number; readonly msg: string; readonly sig: string }[]
        }[]
      }>('wycheproof', 'ed25519_test.json').testGroups.flatMap(({ publicKey: { pk }, tests }) =>
        tests.map(({ tcId, msg, sig }) => ({
          id: tcId,
          key: fromHex(pk),
          signature: fromHex(sig),
          message: fromHex(msg),
        })),
      ),
  },
  {
    name: 'CCTV ed25519vectors',
    absent: missing('cctv-ed25519'),
    size: 914,
    smallOrderR: [
      5, 27, 48, 115, 137, 159, 180, 247, 304, 409, 423, 436, 463, 471, 479, 487, 495, 509, 523, 536, 563,
      571, 579, 587, 595, 609, 623, 636, 663, 671, 679, 687, 695, 709, 723, 736, 763, 771, 779, 787, 795, 830,
      897,
    ],
    read: () =>
      readCorpus<
        { readonly number: number; readonly key: string; readonly sig: string; readonly msg: string }[]
      >('cctv-ed25519', 'ed25519vectors.json').map(({ number, key, sig, msg }) => ({
        id: number,
        key: fromHex(key),
        signature: fromHex(sig),
        message: ascii(msg),
      })),
  },
  {
    name: 'ed25519-speccheck',
    absent: missing('ed25519-speccheck'),
    size: 12,
    smallOrderR: [2],
    read: () =>
      readCorpus<{ readonly pub_key: string; readonly signature: string; readonly message: string }[]>(
        'ed25519-speccheck',
        'cases.json',
      ).map(({ pub_key, signature, message }, id) => ({
        id,
        key: fromHex(pub_key),
        signature: fromHex(signature),
        message: fromHex(message),
      })),
  },
]

const isLenient = Number.parseInt(process.versions.node, 10) < 24

describe.each(corpora)('the vectors of $name', ({ absent, size, smallOrderR, read }) => {
  const title = absent ?? ''
  const judged = async () => {
    const verdicts = []
    for (const { id, key, signature, message } of read()) {
      const ours = await verdictOf(node, key, signature, message)
      verdicts.push({ id, ours, theirs: await verdictOf(sodium, key, signature, message) })
    }
    return verdicts
  }

  it.skipIf(absent !== undefined)(
    `that OpenSSL refuses are refused with sodium-native, all of them [H02, H03] ${title}`,
    async () => {
      const verdicts = await judged()
      expect(verdicts).toHaveLength(size)
      expect(verdicts.filter(({ ours, theirs }) => theirs === 'accepted' && ours !== 'accepted')).toEqual([])
      expect(verdicts.filter(({ theirs }) => theirs === 'accepted').length).toBeGreaterThan(0)
    },
  )

  it.skipIf(absent !== undefined)(
    `have the same verdict with sodium-native, except for the listed ones with R of small order [H02] ${title}`,
    async () => {
      const differing = (await judged()).filter(({ ours, theirs }) => theirs !== ours)
      const expected = isLenient ? smallOrderR : []
      expect(differing).toEqual(expected.map((id) => ({ id, ours: 'accepted', theirs: 'refused' })))
    },
  )
})
