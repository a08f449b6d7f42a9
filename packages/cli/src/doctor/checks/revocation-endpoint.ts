import { quotedForTerminal } from '../../terminal/shown.ts'
import { type Check, finding } from '../check.ts'
import { placeOf } from '../served-urls.ts'

const why = 'Servers that issued tokens for this API tell it there which of them are revoked.'

/** Whether issuers can tell the API of revocations. */
export const revocationEndpoint: Check = {
  name: 'revocation endpoint',
  async examine(examination) {
    const document = await examination.metadata()
    if (Object.keys(document).length === 0) return { leftOut: 'there is no metadata' }
    const place = placeOf(examination, document.revocation_endpoint)
    if (!('url' in place))
      return finding(
        'warning',
        'revocation-endpoint-missing',
        'The metadata has no "revocation_endpoint".',
        `Serve the metadata of wellKnown(resource). ${why}`,
      )
    if (place.kind !== 'here')
      return finding(
        'warning',
        'revocation-endpoint-elsewhere',
        `The "revocation_endpoint" is ${quotedForTerminal(place.url.href)}, on another origin than the API.`,
        `Serve it on the origin of "issuer". ${why}`,
      )
    const { pathname, search } = place.url
    const { status } = await examination.api.prober.send({ target: `${pathname}${search}` })
    // It takes POST, which no probe sends, and refuses anything else.
    if (status !== 404 && status < 500) return []
    return finding(
      'error',
      'revocation-endpoint-unreachable',
      `The "revocation_endpoint" ${quotedForTerminal(pathname)} answers ${status}.`,
      `Mount wellKnown(resource) at the root of the app, and let the proxy pass the path. ${why}`,
    )
  },
}
