import { quotedForTerminal } from '../../terminal/shown.ts'
import { type Check, finding } from '../check.ts'
import { NoAnswerError } from '../prober.ts'

/** Whether anybody answers. Nothing else is looked at where nobody does. */
export const reachable: Check = {
  name: 'reachable',
  async examine(examination) {
    try {
      await examination.unsigned()
      return []
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error
      return finding(
        'error',
        'unreachable',
        `Nobody answers at ${quotedForTerminal(examination.api.target.origin)}: ${quotedForTerminal(error.message)}.`,
        'Check the address, that the API runs, its certificate, and what stands between it and this machine.',
      )
    }
  },
}
