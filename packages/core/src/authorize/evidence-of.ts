import type { RequestEvidence } from '../events/request-evidence.ts'
import type { ResourceState } from '../resource/state.ts'
import { signatureBytes } from '../signature/select-signature.ts'
import { encodeBase64url } from '../wire/base64url.ts'
import { callerOf, type Grounds } from './decision-event.ts'

/** What proves that the agent sent the request; `undefined` if its token or signature did not verify. */
export function evidenceOf(state: ResourceState, grounds: Grounds): RequestEvidence | undefined {
  const verified = callerOf(state, grounds)?.verified
  if (verified === undefined) return undefined
  const { token, covered, sent } = verified
  return Object.freeze({
    token: sent.tokenText,
    base: sent.base.join(''),
    signature: encodeBase64url(signatureBytes(sent.signature)),
    covered,
    issuer: token.source.iss,
    document: token.source.dwk,
    keys: state.keys.published(token.source),
    verifiedAt: state.settings.now(),
  })
}
