/** What happens beside decisions. At most ten of a type are reported in a second; `suppressed` counts the others. */
export type ResourceEvent = (KeysFetchedEvent | StoreFailedEvent) & {
  /** Milliseconds since 1970, by the clock of the system. */
  readonly time: number
  /** Events of this type that were not reported since the one before. */
  readonly suppressed: number
}

/** The documents of an issuer were fetched. */
export interface KeysFetchedEvent {
  readonly type: 'aauth.keys_fetched.v1'
  readonly issuer: string
  /** Such as `aauth-person.json`. */
  readonly document: string
  readonly outcome: 'fetched' | 'failed'
  /** Why it failed. */
  readonly hint?: string
}

/** A store failed, took too long, or returned a value that its contract does not allow. */
export interface StoreFailedEvent {
  readonly type: 'aauth.store_failed.v1'
  /** The option, such as `stores.revocations`. */
  readonly store: string
  readonly hint: string
}
