import { codeOf, isUnsignedChallenge } from './answer.ts'
import type { Examination } from './examination.ts'
import { sendAsNobody } from './signed-probe.ts'

/** What became of a well-formed signature that nobody could verify. The clocks are those of the API. */
export type Arrival = 'arrived' | 'ahead' | 'behind' | 'removed' | 'changed' | 'unclear'

/** Seconds. Nobody's clock is that far behind, so that such a signature is from the future wherever it can be read. */
const farAhead = 86_400 * 365

/**
 * Sends a signature of a scheme that nobody serves. A guard reads the lines first, compares the time then and looks at
 * the scheme last. So its refusal tells, without a caller that it would verify, how far it came.
 */
export function unverifiedProbe(examination: Examination): Promise<Arrival> {
  return examination.once('unverified', async () => {
    const answer = await sendAsNobody(examination)
    switch (codeOf(answer)) {
      case 'unsupported_scheme':
        return 'arrived'
      case 'clock_skew':
        return 'behind'
      case 'invalid_signature':
        if (isUnsignedChallenge(answer)) return 'removed'
        // Too old, or unreadable: one that is from the future can only be unreadable.
        return codeOf(await sendAsNobody(examination, { ahead: farAhead })) === 'clock_skew'
          ? 'ahead'
          : 'changed'
      default:
        return 'unclear'
    }
  })
}
