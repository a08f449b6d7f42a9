import type { ActiveKey } from '../keys/signing-key.ts'
import type { Mission, VerifiedClaims } from '../token/claims.ts'
import { agentTokenRules, hasPersonTokens, rulesOf } from '../token/generations.ts'
import type { InteractionClaim } from '../token/interaction-claim.ts'
import { encodeBase64url } from '../wire/base64url.ts'

/** Claims that name an R3 document by its address and its digest. */
export interface R3Claims {
  readonly r3_uri: string
  readonly r3_s256: string
}

/** The contents of a resource token. All of them come from the verified token of the same request. */
export interface ResourceTokenGrounds {
  readonly claims: VerifiedClaims
  /** Thumbprint of the key that signed this request. */
  readonly thumbprint: string
  /** The access server, or the person server of the verified token. */
  readonly audience: string
  readonly scopes: readonly string[]
  /** The requested account; by default that of the token. */
  readonly account?: string | undefined
  /** Whether the older name of `presented_jti` is added; only for a person token. */
  readonly older?: boolean
  /** The R3 document that is to be approved. */
  readonly r3?: R3Claims | undefined
  /** Who the authorization is for, in draft 11. */
  readonly loginHint?: string | undefined
  /** Where the person has to go first. */
  readonly interaction?: InteractionClaim | undefined
  /** Of the mission-header generation: the mission of the token, or the one its covered header asserts. */
  readonly mission: Mission | undefined
}

/**
 * Signs a resource token of the same generation as the presented token. It never contains claims of both generations
 * (RT-1 to RT-10, RT-14; R11-160 to R11-166). It expires after 300 s, or with the presented token if that is sooner.
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
    r3,
    loginHint,
    interaction,
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
    exp: resourceTokenExpiry(claims, now),
    agent_jkt: thumbprint,
    scope: scopes.join(' '),
    ...(account !== undefined && { account }),
    ...r3,
    // JSON leaves out what is undefined.
    login_hint: hasPersonTokens(claims.generation) ? loginHint : undefined,
    interaction,
  }
  // For an agent token, the generation is the one in which an agent token is sufficient (R11-142).
  const { resourceTokenClaims } =
    claims.generation === undefined ? agentTokenRules : rulesOf(claims.generation)
  return signToken({ ...common, ...resourceTokenClaims(claims, mission, older ?? false) }, key)
}

/** Seconds: 300 s from now, or with the presented token if that is sooner. */
export function resourceTokenExpiry({ exp }: Pick<VerifiedClaims, 'exp'>, now: number): number {
  return Math.min(now + 300, exp)
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
