import type { TestIssuer } from '@aauth-guard/testing'
import { decodeJwt } from 'jose'
import type { Outcome } from './play.ts'
import { send } from './send.ts'
import type { Stage } from './stage.ts'

/**
 * An issuer tells an API that a token of its own counts no more, where the API’s metadata says it listens.
 * @param members what the body names of the token: `jti` and `exp` in draft 11, `iss` and `jti` in drafts 06 to 10
 */
export async function revoke(
  stage: Stage,
  issuer: TestIssuer,
  api: string,
  token: string,
  members: readonly string[],
): Promise<Outcome> {
  const metadata = await stage.net.fetch(`${api}/.well-known/aauth-resource.json`)
  const { revocation_endpoint: endpoint } = (await metadata.json()) as { revocation_endpoint: string }
  const claims = decodeJwt(token)
  const message = await issuer.signServer(endpoint, {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(Object.fromEntries(members.map((name) => [name, claims[name]]))),
  })
  const { response: _, ...outcome } = await send(stage, message, ['content-digest', 'signature-key'])
  return outcome
}
