import type { CompiledRequirement } from '../../resource/requirement.ts'
import type { HeldCall } from './call.ts'
import type { HeldClaim } from './held-record.ts'
import type { PerCallOptions } from './per-call.ts'
import type { HeldResult } from './result.ts'

/** Runs a call once it may run. What it throws, other than an `AAuthError`, leaves its outcome unknown. */
export type RunHeld = (call: HeldCall) => HeldResult | Promise<HeldResult>

/** A call that was begun, and of which nobody knows how it ended. */
export interface UnknownOutcome {
  /** For `recordOutcome`; the `key` that `run` got. */
  readonly id: string
  /** `name` of the route. */
  readonly route: string
  readonly method: string
  readonly target: string
  readonly account: string | null
  /** The auth token under which it was run. */
  readonly token: HeldClaim
  /** Seconds since 1970 at which it was held. */
  readonly since: number
}

/** A route whose calls are held, as it is configured now. */
export interface HeldRoute {
  readonly name: string
  readonly compiled: CompiledRequirement
  readonly run: RunHeld
  readonly idempotent: boolean
  readonly onUnknown: ((outcome: UnknownOutcome) => unknown) | undefined
  readonly fields: readonly string[]
  readonly maxResult: number
  readonly perCall: PerCallOptions | undefined
}
