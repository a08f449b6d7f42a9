import { type Check, finding } from '../check.ts'
import { sendSigned, unverified } from '../signed-probe.ts'

/** Whether a covered digest arrives. */
export const contentDigest: Check = {
  name: 'content digest',
  async examine(examination) {
    const missing = await unverified(examination)
    if (missing) return missing
    // Where the API demands it, the plain request has shown it.
    if (examination.demanded?.includes('content-digest')) return []
    const { verdict } = await sendSigned(examination, { cover: ['content-digest'] })
    if (verdict !== 'refused') return []
    return finding(
      'error',
      'content-digest-changed',
      'A signature that covers Content-Digest is refused, and one without it is accepted.',
      'Let the proxy pass Content-Digest as it came, and leave content and its coding as they are.',
    )
  },
}
