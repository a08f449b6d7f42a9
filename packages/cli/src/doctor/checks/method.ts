import { type Check, finding } from '../check.ts'
import { sendSigned, unverified } from '../signed-probe.ts'

/** Whether the method arrives. HEAD is what caches turn into GET. */
export const method: Check = {
  name: 'method',
  async examine(examination) {
    const missing = await unverified(examination)
    if (missing) return missing
    const { verdict } = await sendSigned(examination, { method: 'HEAD' })
    if (verdict !== 'refused') return []
    const asGet = await sendSigned(examination, { method: 'HEAD', signed: { method: 'GET' } })
    return finding(
      'error',
      'method-changed',
      asGet.verdict === 'verified'
        ? 'A proxy turns HEAD into GET, so that no signature for HEAD verifies.'
        : 'A signature for HEAD is refused, and one for GET is accepted.',
      'Let the proxy pass the method as it came (nginx: proxy_cache_convert_head off).',
    )
  },
}
