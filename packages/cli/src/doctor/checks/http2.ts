import { quotedForTerminal } from '../../terminal/shown.ts'
import { codeOf } from '../answer.ts'
import { type Check, finding } from '../check.ts'
import { NoAnswerError } from '../prober.ts'
import { signedLines, unverified } from '../signed-probe.ts'
import { verdictOf } from '../verdict.ts'

const remedy =
  'Let the proxy write the ":authority" of HTTP/2 into one Host line, and pass path and lines as they came.'

/** Whether the API answers over HTTP/2 as it does over HTTP/1.1. */
export const http2: Check = {
  name: 'HTTP/2',
  async examine(examination) {
    const { target, prober } = examination.api
    if (!target.origin.startsWith('https:')) return { leftOut: 'HTTP/2 needs TLS, and the URL is plain http' }
    const one = await examination.unsigned()
    const missing = await unverified(examination)
    try {
      const answer = await prober.sendHttp2()
      if (answer === undefined) return { leftOut: 'the server does not offer HTTP/2' }
      if (answer.status !== one.status || codeOf(answer) !== codeOf(one))
        return finding(
          'error',
          'http2-differs',
          `A request without a credential is answered ${answer.status} over HTTP/2 and ${one.status} over HTTP/1.1.`,
          remedy,
        )
      if (missing) return []
      const signed = await prober.sendHttp2({ lines: await signedLines(examination) })
      if (signed === undefined || verdictOf(signed) === 'verified') return []
      return finding(
        'error',
        'http2-signature-refused',
        `A signed request is verified over HTTP/1.1 and answered ${quotedForTerminal(codeOf(signed) ?? String(signed.status))} over HTTP/2.`,
        remedy,
      )
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error
      return finding(
        'error',
        'http2-unanswered',
        `The server offers HTTP/2 and does not answer over it: ${quotedForTerminal(error.message)}.`,
        'Mend HTTP/2 at the proxy, or take it out of its ALPN list.',
      )
    }
  },
}
