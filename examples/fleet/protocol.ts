import type { Mission } from '@aauth-guard/core'
import type { Place } from './open-stores.ts'

/** What a process of the fleet is told at its start, in the variable `FLEET`. */
export interface Settings {
  readonly issuer: string
  readonly place: Place
  /** Issuer → where it is dialled. */
  readonly origins: Readonly<Record<string, string>>
  /** URL that is asked whether a mission is active. */
  readonly source: string
  /** `signatureWindow`, in seconds. */
  readonly window: number
}

export type ToProcess =
  | { readonly type: 'terminate'; readonly mission: Mission }
  | { readonly type: 'report' }

/** Times are nanoseconds of {@link now}, as text. */
export type FromProcess =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'terminated'; readonly s256: string; readonly at: string; readonly attempts: number }
  | { readonly type: 'accepted'; readonly missions: readonly (readonly [s256: string, last: string])[] }

/** Nanoseconds of the monotonic clock, which all processes of a machine share. */
export function now(): bigint {
  return process.hrtime.bigint()
}
