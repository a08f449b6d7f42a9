import { quotedForTerminal } from '../../terminal/shown.ts'
import { type Check, finding } from '../check.ts'

/** Whether the API is the server that agents call. */
export const issuer: Check = {
  name: 'issuer',
  async examine(examination) {
    const { origin } = examination.api.target
    const document = await examination.metadata()
    if (Object.keys(document).length === 0) return { leftOut: 'there is no metadata' }
    if (document.issuer === origin) return []
    const named = typeof document.issuer === 'string' ? quotedForTerminal(document.issuer) : 'nobody'
    return finding(
      'error',
      'issuer-mismatch',
      `The metadata at ${quotedForTerminal(origin)} names ${named} as "issuer".`,
      `Set "issuer" of createResource to ${quotedForTerminal(origin)}, or let agents call the issuer: tokens are issued for it alone.`,
    )
  },
}
