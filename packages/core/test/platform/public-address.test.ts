import { missing, readCorpus } from '@aauth-guard/fixtures/corpus'
import { describe, expect, it } from 'vitest'
import { isPublicAddress } from '../../src/platform/public-address.ts'

interface Corpus {
  readonly subnets4: readonly (readonly [base: string, prefix: number])[]
  readonly subnets6: readonly (readonly [base: string, prefix: number])[]
  readonly cases: readonly { readonly ip: string; readonly allowed: boolean }[]
}

const absent = missing('misc')
const { subnets4, subnets6, cases } =
  absent === undefined
    ? readCorpus<Corpus>('misc', 'ssrf-addresses.json')
    : { subnets4: [], subnets6: [], cases: [] }

/** The last address of a subnet whose base is written out, with 32 or 128 bits. */
function last4([base, prefix]: readonly [string, number]): string {
  const first = base.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  const last = first + 2 ** (32 - prefix) - 1
  return [24, 16, 8, 0].map((shift) => Math.floor(last / 2 ** shift) % 256).join('.')
}
function last6([base, prefix]: readonly [string, number]): string {
  const [head = ''] = base.split('::')
  const groups = head === '' ? [] : head.split(':')
  const first = Array.from({ length: 8 }, (_, index) => groups[index] ?? '0').reduce(
    (sum, group) => (sum << 16n) | BigInt(Number.parseInt(group, 16)),
    0n,
  )
  const last = first | ((1n << BigInt(128 - prefix)) - 1n)
  return Array.from({ length: 8 }, (_, index) =>
    ((last >> BigInt(112 - index * 16)) & 0xffffn).toString(16),
  ).join(':')
}

const refused = [
  '127.0.0.1',
  '0.0.0.0',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  // The metadata service of Azure.
  '168.63.129.16',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '2001:0:7f00:1::',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'ff02::1',
  // Nothing is routed outside 2000::/3.
  '1fff::1',
  '4000::1',
  '0230::1',
]
const allowed = [
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '168.63.129.15',
  '168.63.129.17',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '192.169.0.0',
  '223.255.255.255',
  '2606:4700:4700::1111',
  '2a00:1450::1',
]

describe('the address of an issuer', () => {
  it.each(refused)('is refused when it is %s [R11-128, I01]', (address) => {
    expect(isPublicAddress(address)).toBe(false)
  })

  it.each(allowed)('is accepted when it is %s', (address) => {
    expect(isPublicAddress(address)).toBe(true)
  })

  it.each(['', 'localhost', 'example.com', '8.8.8.8/8', '[::1]', '8.8.8.8 '])(
    'is refused when it is %j, which is not an address',
    (text) => {
      expect(isPublicAddress(text)).toBe(false)
    },
  )

  describe.skipIf(absent !== undefined)(`in the corpus ${absent ?? ''}`, () => {
    it('has 37 rows', () => expect(cases).toHaveLength(37))

    // Stricter than the corpus: no resolver returns a mapped address for a name with an ordinary one.
    const mapped = '::ffff:8.8.8.8'
    it.each(cases.filter(({ ip }) => ip !== mapped))(
      '$ip is accepted: $allowed [R11-128, I01]',
      ({ ip, allowed: expected }) => {
        expect(isPublicAddress(ip)).toBe(expected)
      },
    )

    it(`${mapped} is refused as well`, () => {
      expect(cases.map(({ ip }) => ip)).toContain(mapped)
      expect(isPublicAddress(mapped)).toBe(false)
    })

    const subnets = [
      ...subnets4.map((subnet) => [subnet.join('/'), subnet[0], last4(subnet)] as const),
      ...subnets6.map((subnet) => [subnet.join('/'), subnet[0], last6(subnet)] as const),
    ]
    it.each(subnets)('is refused at either end of %s: %s, %s [R11-128, I01]', (_subnet, first, last) => {
      expect([first, last].map(isPublicAddress)).toEqual([false, false])
    })
  })
})
