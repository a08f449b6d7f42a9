import { type Check, finding } from '../check.ts'
import { sendSigned, unverified } from '../signed-probe.ts'

/** A field that agents may cover, of which an API expects several lines. What it says is a hint and no more. */
const name = 'aauth-capabilities'

/** Whether covered header lines arrive as they were sent. */
export const headerLines: Check = {
  name: 'header lines',
  async examine(examination) {
    const missing = await unverified(examination)
    if (missing) return missing
    const cover = [name]
    const two = await sendSigned(examination, {
      cover,
      lines: [
        [name, 'interaction'],
        [name, 'clarification'],
      ],
    })
    if (two.verdict !== 'refused') return []
    const one = await sendSigned(examination, { cover, lines: [[name, 'interaction']] })
    return one.verdict === 'verified'
      ? finding(
          'error',
          'header-lines-merged',
          'A covered field of two lines arrives changed, and one of a single line arrives as it is.',
          'Let the proxy pass all lines of a field in their order, or join them with a comma and a space.',
        )
      : finding(
          'error',
          'header-line-removed',
          'The line AAuth-Capabilities does not arrive as it was sent.',
          'Let the proxy pass header lines that it does not know as they came, AAuth-Capabilities and AAuth-Mission among them.',
        )
  },
}
