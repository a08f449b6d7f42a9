import { platform } from '#platform'
import { assert } from '../assert/assert.ts'
import { assertKnownMembers } from '../assert/known-members.ts'
import { ownMembers } from '../assert/own-members.ts'
import { fetchDocument } from '../keys/fetch-document.ts'
import { freshnessOf } from '../keys/freshness-of.ts'
import { type IssuerKey, type KeySet, readKeySet } from '../keys/key-set.ts'
import { startTimer } from '../limits/deadline.ts'
import { checkClock } from '../resource/check-clock.ts'
import { checkPublicKey, importPublicKey } from '../token/public-key.ts'
import { isLoopbackHost } from '../wire/loopback.ts'
import { quoted } from '../wire/quoted.ts'
import { AssertionRefusedError } from './assertion-refused-error.ts'
import type { UntrustedAssertion } from './decode-assertion.ts'

/** Options of {@link createAssertionKeys}. */
export interface AssertionKeysOptions {
  /**
   * Where the gateway publishes its keys: `/aauth/assertion-keys.json` of the resource, or of the address at which this
   * server reaches the gateway. Written in the configuration, and never taken from a request.
   */
  readonly url: string
  /** Allows plain http to another machine, in a network of your own. Default `false`; loopback is always allowed. */
  readonly http?: boolean
  /** Milliseconds that the gateway may take to answer, 10 to 10 000. Default 3000. */
  readonly timeout?: number
  /** Replaces the `fetch` of the runtime. */
  readonly fetch?: typeof fetch
  /** Seconds since 1970. Default the clock of the system. */
  readonly now?: () => number
}

/** The keys of one gateway, kept between requests. Made by {@link createAssertionKeys}. */
export interface AssertionKeys {
  /** The address that they are fetched from. */
  readonly url: string
}

/** Octets of the key document. */
const maxDocument = 16_384
/** Seconds between two fetches, and while there are no keys at all. */
const pause = { known: 10, unknown: 1 } as const
/** Seconds for which keys are used if the gateway does not answer any more. */
const longest = 3600

/**
 * Makes the keys of a gateway, for {@link verifyAssertion}. They are fetched when the first request needs them, and kept as
 * long as `Cache-Control` of the document says, from one minute to an hour, ten minutes without it. An unknown `kid`, or a
 * signature that does not verify, fetches them again, at most once in ten seconds. If the gateway does not answer, known
 * keys are used for up to one hour after they were fetched.
 *
 * The document has at most 16 KiB. Redirects are not followed.
 *
 * @throws {TypeError} naming the option that is wrong
 */
export function createAssertionKeys(given: AssertionKeysOptions): AssertionKeys {
  assertKnownMembers(given, ['url', 'http', 'timeout', 'fetch', 'now'], 'createAssertionKeys')
  const options = ownMembers(given)
  const { url, http = false, timeout = 3000, now = () => Date.now() / 1000 } = options
  assert(typeof http === 'boolean', `"http" is ${quoted(http)}: write true or false`)
  assert(
    Number.isInteger(timeout) && timeout >= 10 && timeout <= 10_000,
    `"timeout" is ${quoted(timeout)}: write an integer from 10 to 10000`,
  )
  return new PublishedKeys(checkUrl(url, http), timeout, options.fetch, checkClock(now))
}

/**
 * Resolves if the signature of an assertion is that of a published key.
 * @throws {AssertionRefusedError} `unknown_key`, `wrong_signature` or `keys_unavailable` (the promise rejects)
 * @throws {TypeError} if `keys` were not made by {@link createAssertionKeys} (the promise rejects)
 */
export async function assertSigned(keys: AssertionKeys, assertion: UntrustedAssertion): Promise<void> {
  assert(
    keys instanceof PublishedKeys,
    '"keys" was not made by createAssertionKeys: make it once, and pass it with each request',
  )
  await keys.assertSigned(assertion)
}

class PublishedKeys implements AssertionKeys {
  readonly url: string
  readonly #timeout: number
  readonly #fetcher: typeof fetch | undefined
  readonly #now: () => number
  #set: KeySet | undefined
  /** Seconds: when the keys were fetched, from when they are fetched again, and when that was last tried. */
  #fetched = 0
  #staleFrom = 0
  #tried: number | undefined
  #fetching: Promise<void> | undefined
  #fault = ''

  constructor(url: string, timeout: number, fetcher: typeof fetch | undefined, now: () => number) {
    this.url = url
    this.#timeout = timeout
    this.#fetcher = fetcher
    this.#now = now
  }

  async assertSigned(assertion: UntrustedAssertion): Promise<void> {
    const now = this.#now()
    if (now < this.#fetched || now >= this.#staleFrom) await this.#refresh()
    const known = this.#find(assertion.kid)
    if (await verifies(known, assertion)) return
    // The gateway may have another key by now, even under the same `kid`.
    await this.#refresh()
    const renewed = this.#find(assertion.kid)
    if (renewed !== known && (await verifies(renewed, assertion))) return
    const [code, what] =
      renewed === undefined
        ? (['unknown_key', 'is not published'] as const)
        : (['wrong_signature', 'did not sign the assertion'] as const)
    throw new AssertionRefusedError(code, `the key ${quoted(assertion.kid)} ${what} at ${quoted(this.url)}`)
  }

  /** @throws {AssertionRefusedError} `keys_unavailable` if there are no keys, or only old ones */
  #find(kid: string): IssuerKey | undefined {
    if (this.#set === undefined || this.#now() >= this.#fetched + longest)
      throw new AssertionRefusedError(
        'keys_unavailable',
        `the keys of the gateway at ${quoted(this.url)} are not available: ${this.#fault}`,
      )
    const found = this.#set.get(kid)
    return found === 'ambiguous' ? undefined : found
  }

  /** Fetches the keys, unless that was tried a moment ago: requests for which it is done share one call. */
  #refresh(): Promise<void> {
    if (this.#fetching !== undefined) return this.#fetching
    const now = this.#now()
    const least = this.#set === undefined ? pause.unknown : pause.known
    if (this.#tried !== undefined && now >= this.#tried && now < this.#tried + least) return Promise.resolve()
    this.#tried = now
    this.#fetching = this.#fetch().finally(() => {
      this.#fetching = undefined
    })
    return this.#fetching
  }

  async #fetch(): Promise<void> {
    const controller = new AbortController()
    const stop = startTimer(this.#timeout, () => controller.abort())
    const fetcher = this.#fetcher ?? globalThis.fetch
    const document = await fetchDocument(fetcher, this.url, jwksTypes, maxDocument, controller.signal)
    stop()
    if (!('json' in document)) {
      this.#fault = quoted(document.reason)
      return
    }
    const set = readKeySet(document.json, this.#set)
    if (set === undefined) {
      this.#fault = 'the document is not a JWKS'
      return
    }
    this.#set = set
    this.#fetched = this.#now()
    this.#staleFrom = this.#fetched + freshnessOf(document.headers, this.#fetched)
  }
}

const jwksTypes = 'application/jwk-set+json, application/json'

async function verifies(
  key: IssuerKey | undefined,
  { signature, signingInput }: UntrustedAssertion,
): Promise<boolean> {
  if (key === undefined) return false
  try {
    const checked = checkPublicKey(key.published, false)
    if (checked.alg !== 'ES256') return false
    key.imported ??= importPublicKey(platform, checked)
    return await platform.verify(await key.imported, signature, [signingInput])
  } catch {
    // A key that cannot be used verifies nothing.
    return false
  }
}

function checkUrl(url: unknown, http: boolean): string {
  assert(
    typeof url === 'string' && URL.canParse(url),
    `"url" is ${quoted(url)}, which is not an address: write where the gateway publishes its keys, such as "https://notes.example/aauth/assertion-keys.json"`,
  )
  const { protocol, username, password, hostname, href } = new URL(url)
  assert(username + password === '', '"url" contains a user name or password: remove it')
  assert(
    protocol === 'https:' || (protocol === 'http:' && (http || isLoopbackHost(hostname))),
    `"url" is ${quoted(url)}, so anyone on the way could answer: use https, or set "http" to true in a network of your own`,
  )
  return href
}
