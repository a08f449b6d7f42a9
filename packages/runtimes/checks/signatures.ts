import { authorize, isAAuthError } from '@aauth-guard/core'
import { zeroOctets } from '@aauth-guard/fixtures/octets'
import { makeWorld } from '@aauth-guard/fixtures/world'
import { type Algorithm, type SignedMessage, toSignedRequest } from '@aauth-guard/testing'
import { type Check, check, equal } from './check.ts'

type Octets = Uint8Array<ArrayBuffer>

/** Order of the group that Ed25519 signs in (RFC 8032 §5.1). */
const order = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n
// A point of P-256 has one y for its x, up to sign; zero is none of the two.
const offP256 = { kty: 'EC', crv: 'P-256', alg: 'ES256', x: zeroOctets, y: `${'A'.repeat(42)}E` }
// 2 is the y of no point of edwards25519.
const offEd25519 = { kty: 'OKP', crv: 'Ed25519', alg: 'Ed25519', x: `Ag${'A'.repeat(41)}` }

/** Where implementations of the curves are known to differ. */
export const signatures: readonly Check[] = [
  check('refuses an Ed25519 signature with S beyond the group order', () =>
    refuses('Ed25519', (octets) => {
      const s = octets.slice(32).reduceRight((sum, octet) => sum * 256n + BigInt(octet), 0n) + order
      return octets.map((octet, i) => (i < 32 ? octet : Number((s >> BigInt(8 * (i - 32))) & 255n)))
    }),
  ),
  ...(['Ed25519', 'ES256'] as const).flatMap((alg) => [
    check(`refuses an ${alg} signature of zeros`, () => refuses(alg, (octets) => octets.map(() => 0))),
    check(`refuses an ${alg} signature with one bit changed`, () =>
      refuses(alg, (octets) => octets.map((octet, i) => (i === 40 ? octet ^ 1 : octet))),
    ),
  ]),
  ...[offP256, offEd25519].map((jwk) =>
    check(`refuses a key that is not a point of ${jwk.crv}`, async () => {
      const { agent, refusal } = await makeWorld()
      equal((await refusal(await agent.authToken({ claims: { cnf: { jwk } } }))).code, 'invalid_key')
    }),
  ),
]

async function refuses(alg: Algorithm, change: (octets: Octets) => Octets): Promise<void> {
  const { net, resource } = await makeWorld()
  const agent = await net.agent({ alg })
  const message = await agent.sign(`${net.resource}/notes`, {}, { token: await agent.authToken() })
  const outcome = (sent: SignedMessage): Promise<unknown> =>
    authorize(resource, toSignedRequest(sent)).then(
      ({ type }) => type,
      (error: unknown) => (isAAuthError(error) ? error.code : error),
    )
  // The first shows that nothing but the change is wrong with the second.
  equal(await outcome(message), 'auth-token')
  equal(await outcome(changed(message, change)), 'invalid_signature')
}

function changed(message: SignedMessage, change: (octets: Octets) => Octets): SignedMessage {
  const headers = message.headers.map(([name, value]) => {
    if (name !== 'signature') return [name, value] as const
    const octets = Uint8Array.from(atob(value.slice('sig=:'.length, -1)), (char) => char.charCodeAt(0))
    return [name, `sig=:${btoa(String.fromCharCode(...change(octets)))}:`] as const
  })
  return { ...message, headers }
}
