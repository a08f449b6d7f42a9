import type { ServerRequest, ServerSignOptions } from '../signing/server-signature.ts'
import type { SignedMessage } from '../signing/sign.ts'
import { deliver, type RevokeOptions } from '../world/deliver.ts'
import { NotPublished, publishedEndpoint } from '../world/published-endpoint.ts'
import { documents } from '../world/roles.ts'
import type { World } from '../world/world.ts'
import type { IssuedToken, WithdrawnTokens } from './issued-tokens.ts'

/** A server that withdraws what it issued, and signs that it does. */
export interface RevokingIssuer {
  readonly id: string
  readonly withdrawn: WithdrawnTokens
  signServer(url: string, request: ServerRequest, options?: ServerSignOptions): Promise<SignedMessage>
}

/** What became of one revocation at one server. */
export interface RevocationOutcome {
  readonly token: IssuedToken
  /** Identifier of the server that was told. */
  readonly recipient: string
  /** Of its answer; absent where there was none. */
  readonly status?: number
  /** Why it counts as not revoked there (draft 11 §11.12.3); absent where it does. */
  readonly error?: RevocationFault
  /** What an access server did about the tokens it had issued on this one. */
  readonly downstream?: readonly DownstreamRevocation[]
}

export type RevocationFault = 'revocation_unsupported' | 'revocation_unavailable'

/** A resource that an access server told. */
export interface DownstreamRevocation {
  readonly recipient: string
  readonly error?: RevocationFault
}

/**
 * Revokes tokens wherever they count: at the server they are shown to, and a person token at the access servers it
 * was presented to as well (draft 11 §11.12, Table 18). The issuer itself takes none of them from then on.
 */
export async function revokeTokens(
  net: World,
  issuer: RevokingIssuer,
  tokens: readonly IssuedToken[],
  options: RevokeOptions,
): Promise<readonly RevocationOutcome[]> {
  for (const { jti, exp } of tokens) issuer.withdrawn.add({ iss: issuer.id, jti, exp })
  const outcomes: RevocationOutcome[] = []
  for (const token of tokens) {
    const shownTo = token.kind === 'agent-token' ? documents['person-server'] : 'aauth-resource.json'
    if (token.aud !== undefined)
      outcomes.push({ token, recipient: token.aud, ...(await tell(token, token.aud, shownTo, options)) })
    // `via` is where the resource is dialled.
    for (const recipient of token.presentedTo) {
      const told = await tell(token, recipient, documents['access-server'], { ...options, via: undefined })
      outcomes.push({ token, recipient, ...told })
    }
  }
  return outcomes

  async function tell(
    { jti, exp }: IssuedToken,
    recipient: string,
    document: string,
    { via, ...signing }: Signing,
  ): Promise<Omit<RevocationOutcome, 'token' | 'recipient'>> {
    try {
      const endpoint = await publishedEndpoint(
        net,
        recipient,
        { document, member: 'revocation_endpoint' },
        via,
      )
      const headers = { 'content-type': 'application/json' }
      const message = await issuer.signServer(
        endpoint,
        { headers, body: JSON.stringify({ jti, exp }) },
        signing,
      )
      return await outcomeOf(await deliver(net, message, via))
    } catch (fault) {
      return { error: fault instanceof NotPublished ? 'revocation_unsupported' : 'revocation_unavailable' }
    }
  }
}

type Signing = Omit<RevokeOptions, 'via'> & { readonly via?: string | undefined }

async function outcomeOf(response: Response): Promise<Omit<RevocationOutcome, 'token' | 'recipient'>> {
  const { status } = response
  const text = await response.text()
  if (status === 200) {
    const { downstream } = (text === '' ? {} : JSON.parse(text)) as Pick<RevocationOutcome, 'downstream'>
    return { status, ...(downstream && { downstream }) }
  }
  return { status, error: status === 403 ? 'revocation_unsupported' : 'revocation_unavailable' }
}
