import type { ContentOptions } from '@aauth-guard/core/adapter'

/** How routes treat refusals and content. */
export interface GuardOptions extends ContentOptions {
  /** Passes refusals to the exception filters of the application instead of answering them. Default `false`. */
  readonly passErrors?: boolean
}
