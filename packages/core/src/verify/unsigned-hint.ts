import { jwksPath, metadataPath } from '../resource/paths.ts'
import { quoted } from '../wire/quoted.ts'
import type { SignedRequest } from '../wire/signed-request.ts'

/**
 * Why an unsigned request may have reached the guard, and what to do about it. Some are caused by mistakes in the
 * application and not by an agent.
 */
export function unsignedHint(request: SignedRequest): string {
  const { method, target } = request
  const path = target.split('?', 1)[0] as string
  if ([metadataPath, jwksPath].some((own) => path === own))
    return `${quoted(path)} is guarded: mount wellKnown(resource) before the guards, since it is read without a signature`
  if (method === 'OPTIONS' && request.header('access-control-request-method').length > 0)
    return 'the request is a CORS preflight, which browsers send unsigned: mount CORS middleware before the guard, or set "cors" to true'
  const [authorization] = request.header('authorization')
  const scheme = /^[A-Za-z-]{1,32}(?= )/.exec(authorization ?? '')?.[0]
  if (scheme !== undefined)
    return `the request is not signed, and Authorization of the scheme ${quoted(scheme)} is not a credential here: send the token in Signature-Key and sign the request`
  return 'the request is not signed: send a token in Signature-Key, and Signature-Input and Signature made with its key'
}
