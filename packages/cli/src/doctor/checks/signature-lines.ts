import { type Check, finding } from '../check.ts'
import { unguarded } from '../examination.ts'
import { unverifiedProbe } from '../unverified-probe.ts'

const pass = 'Let the proxy pass Signature, Signature-Input and Signature-Key to the API as they came.'

/** Whether the three lines of a signature arrive. */
export const signatureLines: Check = {
  name: 'signature lines',
  async examine(examination) {
    if (!(await examination.isGuarded())) return { leftOut: unguarded }
    switch (await unverifiedProbe(examination)) {
      case 'removed':
        return finding(
          'error',
          'signature-lines-removed',
          'A request with the three lines of a signature is answered like one without.',
          `${pass} A cache must not answer for it either.`,
        )
      case 'changed':
        return finding(
          'error',
          'signature-lines-changed',
          'The API cannot read the lines of a well-formed signature.',
          `${pass} One of them is missing, or its value was changed.`,
        )
      case 'unclear':
        return { leftOut: 'the answer to a signature of an unknown scheme says nothing' }
      default:
        return []
    }
  },
}
