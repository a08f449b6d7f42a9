import { quotedForTerminal } from '../../terminal/shown.ts'
import type { Answer } from '../answer.ts'
import { type Check, type Finding, finding } from '../check.ts'
import { type Examination, isJson } from '../examination.ts'
import { keysAnswer, readKeys } from '../served-urls.ts'

const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
const serve = 'Serve what wellKnown(resource) answers under "jwks_uri", and let the proxy pass its path.'

/** Whether the published keys can verify anything. */
export const keys: Check = {
  name: 'keys',
  async examine(examination) {
    const answer = await keysAnswer(examination)
    if (answer === undefined)
      return { leftOut: 'the metadata does not name a "jwks_uri" that may be fetched' }
    const found = readKeys(answer)
    if (found === undefined)
      return finding(
        'error',
        'keys-unreadable',
        `The "jwks_uri" answers ${answer.status} without a JWK set.`,
        serve,
      )
    return [
      ...contentType(answer),
      ...(await empty(examination, found)),
      ...found.flatMap(faultsOf),
      ...twice(found),
    ]
  },
}

type Key = Readonly<Record<string, unknown>>

function contentType(answer: Answer): readonly Finding[] {
  if (isJson(answer)) return []
  return finding(
    'error',
    'keys-content-type',
    'The "jwks_uri" is not of a content type that holds JSON.',
    'Serve it as application/json or application/jwk-set+json.',
  )
}

/** Without keys nobody can verify a resource token, which an API issues that has an authorization endpoint. */
async function empty(examination: Examination, found: readonly Key[]): Promise<readonly Finding[]> {
  const { authorization_endpoint: issues } = await examination.metadata()
  if (found.length > 0 || issues === undefined) return []
  return finding(
    'error',
    'keys-empty',
    'The API issues resource tokens, and its "jwks_uri" publishes no key.',
    `Publish the key that signs. ${serve}`,
  )
}

function faultsOf(key: Key, index: number): readonly Finding[] {
  const name = typeof key.kid === 'string' ? `The key ${quotedForTerminal(key.kid)}` : `Key ${index + 1}`
  const secret = secretMembers.find((member) => Object.hasOwn(key, member))
  return [
    ...(typeof key.kid === 'string'
      ? []
      : finding(
          'error',
          'key-without-kid',
          `${name} has no "kid".`,
          'Give each key a "kid": tokens name the key by it.',
        )),
    ...(key.alg === 'Ed25519' || key.alg === 'ES256'
      ? []
      : finding(
          'error',
          'key-without-alg',
          `${name} has ${typeof key.alg === 'string' ? `the "alg" ${quotedForTerminal(key.alg)}` : 'no "alg"'}.`,
          'Give each key the "alg" Ed25519 or ES256.',
        )),
    ...(secret === undefined
      ? []
      : finding(
          'error',
          'private-key-published',
          `${name} is published with its private member ${quotedForTerminal(secret)}.`,
          'Replace the key at once: whoever read it can sign as this API. Publish public members only.',
        )),
  ]
}

/** Which of two keys a token means cannot be told, so neither counts. */
function twice(found: readonly Key[]): readonly Finding[] {
  const kids = found.map(({ kid }) => kid)
  const doubled = kids.find((kid, index) => typeof kid === 'string' && kids.indexOf(kid) < index)
  if (typeof doubled !== 'string') return []
  return finding(
    'error',
    'kid-ambiguous',
    `Several keys have the "kid" ${quotedForTerminal(doubled)}.`,
    'Give each key a "kid" of its own.',
  )
}
