import { ExchangeError, type VerifiedResourceToken } from '@aauth-guard/core/exchange'
import { decodeJwt } from 'jose'
import { mismatchNamed } from '../issuer/exchange-misbehaviour.ts'
import type { IssuedFor, TokenName } from '../issuer/issued-tokens.ts'
import type { TestIssuer } from '../issuer/issuer.ts'
import { answerEndpoint, granted, noAnswer, readJsonObject, refusal } from '../world/endpoint-answer.ts'
import { documents, type Generation } from '../world/roles.ts'
import type { World } from '../world/world.ts'

/** The body of a token request: every member of it that is a string. */
export type TokenRequest = Readonly<Record<string, string | undefined>>

/** @throws {ExchangeError} `invalid_request` */
export function readTokenRequest(content: string): TokenRequest {
  const members = Object.entries(readJsonObject(content))
  return Object.fromEntries(
    members.filter((member): member is [string, string] => typeof member[1] === 'string'),
  )
}

/** Answers with what `grant` makes, or as the issuer was told to misbehave. */
export function answerTokenRequest(
  { policy }: TestIssuer,
  signal: AbortSignal,
  grant: () => Promise<Response>,
): Promise<Response> {
  switch (policy.misbehaviour) {
    case 'never-answer':
      return noAnswer(signal)
    case 'deny':
      return Promise.resolve(refusal(403, 'denied'))
    case 'no-token':
      return Promise.resolve(Response.json({ expires_in: 3600 }))
    case 'not-json':
      return Promise.resolve(new Response('<html>', { headers: { 'content-type': 'text/html' } }))
    default:
      return answerEndpoint(grant)
  }
}

/** A token and how long it lives. */
export function tokenResponse(
  name: 'person_token' | 'auth_token',
  token: string,
  lifetime: number,
): Response {
  return granted({ [name]: token, expires_in: lifetime })
}

/** The endpoints of each generation take resource tokens of their own. @throws {ExchangeError} */
export function checkGeneration(asked: VerifiedResourceToken, generation: Generation): void {
  if (asked.generation !== generation)
    throw new ExchangeError('invalid_resource_token', 'the resource token is of the other generation')
}

/** Signs the auth token that a resource token asks for (draft 11 §7.2, §9.1; drafts 01 to 10). */
export function issueAuthToken(
  net: World,
  issuer: TestIssuer,
  asked: VerifiedResourceToken,
  sub: string | undefined,
  issuedFor: IssuedFor,
): Promise<string> {
  const { policy } = issuer
  const iat = net.clock.now()
  const { iss: aud, jwk, account, tenant, mission, ps, agent } = asked
  const scope = (policy.scopes?.(asked) ?? asked.scopes).join(' ')
  const common = {
    iss: issuer.id,
    dwk: documents[issuer.role],
    aud,
    jti: net.nextId(),
    iat,
    exp: Math.min(iat + 3600, asked.latestExp),
    cnf: { jwk },
    ...(scope !== '' && { scope }),
    account,
    sub,
  }
  const specific =
    asked.generation === 'person-token' ? { ps, tenant, mission_s256: mission?.s256 } : { agent, mission }
  const claims = { ...common, ...specific }
  const granted = { ...claims, ...mismatchNamed(policy.misbehaviour)?.(claims) }
  return issuer.sign('aa-auth+jwt', granted, {}, issuedFor)
}

/** The tokens that a request brought and that its grant rests on; each was verified. */
export function restingOn(...tokens: readonly (string | undefined)[]): readonly TokenName[] {
  return tokens
    .filter((token) => token !== undefined)
    .map((token): TokenName => {
      const { iss, jti } = decodeJwt(token)
      return `${iss} ${jti}`
    })
}
