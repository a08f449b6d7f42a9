import type { ActiveKey } from '../keys/signing-key.ts'
import type { Mission, VerifiedClaims } from '../token/claims.ts'
import { agentTokenRules, rulesOf } from '../token/generations.ts'
import { encodeBase64url } from '../wire/base64url.ts'

/** What a resource token is made of. All of it comes from the verified token on this very request. */
export interface ResourceTokenGrounds {
  readonly claims: VerifiedClaims
  /** Thumbprint of the key that signed this request. */
  readonly thumbprint: string
  /** The access server, or the person server of the verified token. */
  readonly audience: string
  readonly scopes: readonly string[]
  /** The account that is asked for; default the one of the token. */
  readonly account?: string | undefined
  /** Whether the older name of `presented_jti` stands beside it: only for a person token. */
  readonly older?: boolean
  /** Of the mission-header generation: the mission of the token, or the one its covered header asserts. */
  readonly mission: Mission | undefined
}

/**
 * Signs a resource token of the generation of the token it answers; it never holds claims of both
 * (RT-1 to RT-10, RT-14; R11-160 to R11-166). It lives 300 s, and no longer than that token.
 */
export async function signResourceToken(
  {
    claims,
    thumbprint,
    audience,
    scopes,
    account = claims.account ?? undefined,
    older,
    mission,
  }: ResourceTokenGrounds,
  issuer: string,
  key: ActiveKey,
  now: number,
): Promise<string> {
  const common = {
    iss: issuer,
    dwk: 'aauth-resource.json',
    aud: audience,
    jti: crypto.randomUUID(),
    iat: now,
    exp: Math.min(now + 300, claims.exp),
    agent_jkt: thumbprint,
    scope: scopes.join(' '),
    ...(account !== undefined && { account }),
  }
  // An agent token is answered as the generation in which it is enough (R11-142).
  const { resourceTokenClaims } =
    claims.generation === undefined ? agentTokenRules : rulesOf(claims.generation)
  return signToken({ ...common, ...resourceTokenClaims(claims, mission, older ?? false) }, key)
}

const utf8 = new TextEncoder()

async function signToken(claims: object, { kid, alg, sign }: ActiveKey): Promise<string> {
  const header = { typ: 'aa-resource+jwt', alg, kid }
  const [head, body] = [header, claims].map((part) => encodeBase64url(utf8.encode(JSON.stringify(part))))
  const input = `${head}.${body}`
  const signature = await sign(utf8.encode(input))
  if (!(signature instanceof Uint8Array) || signature.length !== 64)
    throw new TypeError('the signer of the resource did not return 64 octets')
  return `${input}.${encodeBase64url(signature)}`
}
