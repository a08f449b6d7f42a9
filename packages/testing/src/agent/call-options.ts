import type { DeferralOptions } from './deferral.ts'
import type { FetchOptions } from './requests.ts'

/** How a call is made. */
export interface CallOptions extends Omit<FetchOptions, 'token'>, DeferralOptions {
  /** Shown first; default the agent token. */
  readonly token?: string
  /**
   * For a resource that calls on behalf of its caller: the person or auth token it was called with (draft 11 §10.1).
   * Its agent is of a provider with the identifier of the resource.
   */
  readonly upstream?: string
}
