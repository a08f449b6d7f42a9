import type { Resource } from '../resource/resource.ts'
import { stateOf } from '../resource/state-of.ts'
import type { VerifiedServer } from '../verify/verified-server.ts'
import { verifyServer } from '../verify/verify-server.ts'
import type { SignedRequest } from '../wire/signed-request.ts'
import { snapshot } from '../wire/snapshot.ts'
import { accept, refuse } from './conclude.ts'
import type { Grounds } from './decision-event.ts'

/**
 * Verifies a request that a person server or access server signed with a key it publishes, whose content the
 * signature covers, such as a request to an access server or a revocation (draft 11 §11.3.2, scheme `jwks_uri`).
 *
 * @param readContent called once the caller is verified
 * @throws {AAuthError} `unsupported_iss` for a caller that `trust` does not accept
 */
export async function authorizeServer(
  resource: Resource,
  request: SignedRequest,
  readContent: () => Promise<Uint8Array>,
): Promise<VerifiedServer> {
  const state = stateOf(resource)
  const read = snapshot(request)
  const grounds: Grounds = { point: 'server', request: read }
  let server: VerifiedServer
  try {
    server = await verifyServer(state, read, readContent)
  } catch (error) {
    throw refuse(state, grounds, error)
  }
  await accept(state, grounds)
  return server
}
