/**
 * Rotation of the signing key without a refused request. `node examples/rotation/main.ts` plays it on loopback, with a
 * clock that is moved: an API with two processes, configured by its environment, and agents that call it all the time.
 *
 * 1. Make the next key with `npx @aauth-guard/cli keygen --out next.json`, and publish it ahead:
 *    `AAUTH_PREVIOUS_KEYS_FILE=next.json`. Wait 10 minutes: so long verifiers keep the keys that they have fetched.
 * 2. Switch: `AAUTH_SIGNING_KEY_FILE=next.json` and `AAUTH_PREVIOUS_KEYS_FILE=current.json`. Wait 5 minutes: so long the
 *    resource tokens live that the current key has signed.
 * 3. Retire it: without `AAUTH_PREVIOUS_KEYS_FILE`.
 *
 * A wait begins when the last process is replaced. Where a cache of yours stands in front of `/aauth/jwks.json`, the first
 * wait is 20 minutes, since the cache can hand out keys that are 10 minutes old. A key that somebody else may have is
 * rotated without the first wait: some requests are then refused, and the agents have to try again.
 */
import { enough, rotate } from './rotate.ts'

const { succeeded, refused, published } = await rotate(enough)
const [before, ahead, switched, retired] = published.map((kids) =>
  kids.map((kid) => kid.slice(0, 6)).join(', '),
)
console.log(`Published at the start:    ${before}`)
console.log(`1. The next one ahead:     ${ahead}`)
console.log(`2. The next one signs:     ${switched}`)
console.log(`3. The previous one gone:  ${retired}`)
console.log(
  `${refused.length === 0 ? '✓' : '✗'} ${succeeded} calls succeeded, ${refused.length} were refused`,
)
for (const reason of new Set(refused)) console.log(`  ${reason}`)
process.exitCode = refused.length === 0 ? 0 : 1
