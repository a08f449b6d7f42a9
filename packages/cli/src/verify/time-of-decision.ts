import { UsageError } from '../command.ts'
import { type RecordedRequest, secondsOf } from '../recording/recording.ts'
import { presentedSignature } from '../recording/signature-fields.ts'
import { quotedForTerminal } from '../terminal/shown.ts'

/** The time at which a request is decided. */
export interface TimeOfDecision {
  /** Since 1970. */
  readonly seconds: number
  readonly source: '--at' | 'the recording' | '"created" of the signature' | 'this clock'
}

/**
 * When the request arrived. Where nobody knows, it is taken to have arrived when it was signed, so that it is fresh.
 * @throws {UsageError}
 */
export function timeOfDecision(
  request: RecordedRequest,
  at: string | undefined,
  now: number,
): TimeOfDecision {
  if (at !== undefined) {
    const seconds = /^[0-9]{1,12}$/.test(at) ? Number(at) : secondsOf(at)
    if (seconds === undefined)
      throw new UsageError(
        `--at ${quotedForTerminal(at)} is not a time: write seconds since 1970, or such as 2026-09-21T14:13:20Z`,
      )
    return { seconds, source: '--at' }
  }
  if (request.time !== undefined) return { seconds: request.time, source: 'the recording' }
  const created = presentedSignature(request)?.created
  return created === undefined
    ? { seconds: now, source: 'this clock' }
    : { seconds: created, source: '"created" of the signature' }
}
