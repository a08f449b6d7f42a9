/**
 * What forbids more, one by one: `npx pnpm@12 bench:limits`. The parts of a request without each other, and what a refusal
 * or a new token costs at least.
 */
import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { platform } from '../packages/core/src/platform/node.ts'
import { decodeToken } from '../packages/core/src/token/untrusted-token.ts'
import { makeCases } from './cases.ts'
import type { Figure } from './figures.ts'
import type { Case } from './measure.ts'
import { circumstances, tablesOf } from './report.ts'
import { measureCases } from './rounds.ts'

const plan = { inFlight: 1, rounds: 30, milliseconds: 60 }
const { raw, others } = await makeCases('Ed25519')
const hot = others.find(({ name }) => name.startsWith('hot: token')) as Case
const own = platform.verify
/** A request whose signature is verified by something else. */
const hotWith = (name: string, verify: typeof own): Case => ({
  name,
  run(index) {
    platform.verify = verify
    const decided = hot.run(index)
    platform.verify = own
    return decided
  },
})
const verification = await measureCases(
  'Ed25519: a hot request in parts',
  [
    raw,
    hotWith('everything but the verification', () => true),
    hotWith('the same around a raw verification that has its octets at hand', () => {
      raw.run(0)
      return true
    }),
    hot,
  ],
  plan,
)

const refuse = (): never => {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  const error = new Error('The HTTP message signature is missing, malformed, stale or does not verify.')
  Error.stackTraceLimit = limit
  throw error
}
const { publicKey } = generateKeyPairSync('ed25519')
const jwk = publicKey.export({ format: 'jwk' })
const token = `${Buffer.from('{"typ":"aa-auth+jwt","alg":"Ed25519","kid":"k"}').toString('base64url')}.${Buffer.from(JSON.stringify({ iss: 'https://ps.example', dwk: 'aauth-person.json', aud: 'https://notes.example', jti: 'x'.repeat(22), iat: 1, exp: 2, sub: 'someone', scope: 'access', cnf: { jwk } })).toString('base64url')}.${'A'.repeat(86)}`
const parts = await measureCases(
  'what a refusal and a new token cost at least',
  [
    raw,
    {
      name: 'an error that is thrown once and caught',
      run() {
        try {
          refuse()
        } catch {}
      },
    },
    {
      name: 'a promise that is rejected',
      run: () =>
        Promise.resolve()
          .then(refuse)
          .catch(() => undefined),
    },
    { name: 'a token that is decoded', run: () => decodeToken(token) },
    { name: 'JSON.parse of its header and payload', run: parseToken },
    { name: 'a key that is imported', run: () => createPublicKey({ key: jwk, format: 'jwk' }) },
  ],
  plan,
)

function parseToken(): unknown[] {
  return token.split('.', 2).map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()))
}

const figures: readonly Figure[] = [...verification, ...parts]
console.log(`${circumstances()}\n${tablesOf(figures)}`)
process.exit(0)
