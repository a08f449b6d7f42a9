import { randomBytes } from 'node:crypto'
import { type Check, finding } from '../check.ts'
import { sendSigned, unverified } from '../signed-probe.ts'

/** Whether the query arrives. One is put behind the URL only where that is allowed. */
export const query: Check = {
  name: 'query',
  async examine(examination) {
    const missing = await unverified(examination)
    if (missing) return missing
    const { target, probesQuery } = examination.api
    if (target.query === '' && !probesQuery)
      return { leftOut: 'the URL has no query: pass --probe-query to put a random one behind it' }
    const start = target.query === '' ? '?' : `${target.query}&`
    // Names out of order, an empty value and characters that some encode and some decode.
    const random = `z=${randomBytes(8).toString('hex')}&aauth-doctor=%2F~'&empty=`
    const sent = probesQuery ? `${target.path}${start}${random}` : target.requestTarget
    const { verdict } = await sendSigned(examination, { target: sent, cover: ['@query'] })
    if (verdict !== 'refused') return []
    return finding(
      'error',
      'query-changed',
      'A signature that covers the query is refused, and one without it is accepted.',
      'Let the proxy pass the query as it came: in its order, with its coding, and with empty values.',
    )
  },
}
