import { GrowingCache } from '../limits/growing-cache.ts'
import type { WaitBudget } from '../limits/wait-budget.ts'
import { answered } from './checked-call.ts'
import type { MayWait, SharedStore, StoreKind } from './store-kind.ts'

/** The agent token by which an agent provider vouched for a key. */
export interface Link {
  /** JWK thumbprint (RFC 7638) of the key. */
  readonly thumbprint: string
  readonly iss: string
  readonly jti: string
  /** In seconds, as in the token. */
  readonly iat: number
  readonly exp: number
}

/** A link as it is passed to a store. */
export interface LinkEntry extends Link {
  /** Milliseconds for which the link counts. */
  readonly linkedFor: number
  /** Whether a list in `trust` contains the provider. Affects shares only. */
  readonly listed: boolean
}

/** The result of adding a link. A link without space is not kept, so the provider of its key is unknown. */
export type LinkVerdict = 'recorded' | 'full'

/**
 * Stores which agent provider vouched for a key, for the class policy `linked-key`. If a store throws, rejects, returns an
 * invalid value or takes longer than 500 ms, the request is refused with 503.
 *
 * Contract, tested by `linkStoreChecks` of `@aauth-guard/testing`: `find` returns the link that was added last for the
 * key, in every process that shares the store, until `linkedFor` has passed by the clock of the store, and never longer.
 * A link can be forgotten early, which only denies. Links of unlisted providers do not take the space of listed ones.
 */
export interface LinkStore extends SharedStore {
  /** Adds or replaces the link of a key, atomically. */
  add(entry: LinkEntry): MayWait<LinkVerdict>
  find(key: { readonly thumbprint: string }): MayWait<Link | undefined>
}

/** Records a link. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function addLink(store: LinkStore, entry: LinkEntry, budget?: WaitBudget): MayWait<LinkVerdict> {
  return answered(
    store,
    '"stores.links"',
    () => store.add(entry),
    (answer) => answer === 'recorded' || answer === 'full',
    budget,
  )
}

/** The link of a key, if any. @throws {AAuthError} `server_error` (or the promise rejects) when the store fails */
export function findLink(
  store: LinkStore,
  thumbprint: string,
  budget?: WaitBudget,
): MayWait<Link | undefined> {
  return answered<Link | undefined>(
    store,
    '"stores.links"',
    () => store.find({ thumbprint }),
    (answer) => answer === undefined || isLink(answer, thumbprint),
    budget,
  )
}

function isLink(answer: Link, thumbprint: string): boolean {
  return (
    typeof answer === 'object' &&
    answer?.thumbprint === thumbprint &&
    typeof answer.iss === 'string' &&
    typeof answer.jti === 'string' &&
    Number.isFinite(answer.iat) &&
    Number.isFinite(answer.exp)
  )
}

/** Maximum number of linked keys. The provider of an evicted key is unknown until its next agent token. */
const maxKeys = 10_000

/** Links in the memory of this process. Those of listed and of unlisted providers are kept apart. */
export class LinkMemory implements LinkStore {
  readonly #listed: GrowingCache<{ readonly link: Link; readonly until: number }>
  readonly #others: GrowingCache<{ readonly link: Link; readonly until: number }>
  readonly #now: () => number

  /** @param now the clock, in seconds */
  constructor(now: () => number, max: number = maxKeys) {
    this.#listed = new GrowingCache({ max })
    this.#others = new GrowingCache({ max })
    this.#now = now
  }

  add({ linkedFor, listed, ...link }: LinkEntry): LinkVerdict {
    const [own, other] = listed ? [this.#listed, this.#others] : [this.#others, this.#listed]
    other.delete(link.thumbprint)
    own.set(link.thumbprint, { link: Object.freeze(link), until: this.#now() + linkedFor / 1000 })
    return 'recorded'
  }

  find({ thumbprint }: { readonly thumbprint: string }): Link | undefined {
    const found = this.#listed.get(thumbprint) ?? this.#others.get(thumbprint)
    return found !== undefined && this.#now() < found.until ? found.link : undefined
  }
}

/** The agent providers of keys. */
export const linkKind: StoreKind<'links', LinkStore> = {
  name: 'links',
  methods: ['add', 'find'],
  inMemory: ({ now }) => new LinkMemory(now),
}
