import { quotedForTerminal } from '../../terminal/shown.ts'
import { type Check, finding } from '../check.ts'
import { placeOf } from '../served-urls.ts'

/** Whether the keys are where others look for them. */
export const jwksUri: Check = {
  name: 'jwks_uri',
  async examine(examination) {
    const document = await examination.metadata()
    if (Object.keys(document).length === 0) return { leftOut: 'there is no metadata' }
    const place = placeOf(examination, document.jwks_uri)
    if (!('url' in place))
      return finding(
        'error',
        'jwks-uri-invalid',
        place.kind === 'missing'
          ? 'The metadata has no "jwks_uri".'
          : 'The "jwks_uri" of the metadata is not a URL.',
        'Serve the metadata of wellKnown(resource) as it is.',
      )
    if (place.kind === 'here') return []
    const asked = place.kind === 'named' ? '' : ' It was not fetched.'
    return finding(
      'error',
      'jwks-uri-elsewhere',
      `The "jwks_uri" is ${quotedForTerminal(place.url.href)}, on another origin than the API.${asked}`,
      'Publish the keys on the origin of "issuer": others take them from nowhere else.',
    )
  },
}
