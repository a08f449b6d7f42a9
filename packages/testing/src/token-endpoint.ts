import { type Answer, answer, isAAuthError } from '@aauth-guard/core'
import { ExchangeError, type VerifiedResourceToken } from '@aauth-guard/core/exchange'
import { departureNamed } from './exchange-misbehaviour.ts'
import { documents, type Generation, type TestIssuer } from './issuer.ts'
import type { TestNetwork } from './network.ts'

/** The body of a token request: every member of it that is a string. */
export type TokenRequest = Readonly<Record<string, string | undefined>>

/** A refusal that is not of the tokens. */
export class EndpointError extends Error {
  override readonly name = 'EndpointError'
  readonly status: number
  readonly code: string

  constructor(status: number, code: string) {
    super(code)
    this.status = status
    this.code = code
  }
}

/** @throws {ExchangeError} `invalid_request` */
export function readTokenRequest(content: string): TokenRequest {
  let body: unknown
  try {
    body = JSON.parse(content)
  } catch {
    throw new ExchangeError('invalid_request', 'the content is no JSON')
  }
  if (typeof body !== 'object' || body === null)
    throw new ExchangeError('invalid_request', 'the content is no JSON object')
  return Object.fromEntries(Object.entries(body).filter(([, value]) => typeof value === 'string'))
}

/** Answers with what `grant` makes, or as the issuer was told to misbehave; refusals in JSON (draft 11 §11.9.2). */
export async function answerTokenRequest(
  { policy }: TestIssuer,
  signal: AbortSignal,
  grant: () => Promise<Response>,
): Promise<Response> {
  try {
    switch (policy.misbehaviour) {
      case 'never-answer':
        return await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      case 'deny':
        return refusal(403, 'denied')
      case 'no-token':
        return Response.json({ expires_in: 3600 })
      case 'not-json':
        return new Response('<html>', { headers: { 'content-type': 'text/html' } })
      default:
        return await grant()
    }
  } catch (error) {
    if (error instanceof ExchangeError || error instanceof EndpointError)
      return refusal(error.status, error.code)
    if (isAAuthError(error)) return toResponse(answer(error))
    throw error
  }
}

/** A token and how long it lives. */
export function tokenResponse(
  name: 'person_token' | 'auth_token',
  token: string,
  lifetime: number,
): Response {
  return Response.json({ [name]: token, expires_in: lifetime }, { headers: { 'cache-control': 'no-store' } })
}

/** The endpoints of each generation take resource tokens of their own. @throws {ExchangeError} */
export function checkGeneration(asked: VerifiedResourceToken, generation: Generation): void {
  if (asked.generation !== generation)
    throw new ExchangeError('invalid_resource_token', 'the resource token is of the other generation')
}

/** Signs the auth token that a resource token asks for (draft 11 §7.2, §9.1; drafts 01 to 10). */
export function issueAuthToken(
  net: TestNetwork,
  issuer: TestIssuer,
  asked: VerifiedResourceToken,
  sub: string | undefined,
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
  return issuer.sign('aa-auth+jwt', { ...claims, ...departureNamed(policy.misbehaviour)?.(claims) })
}

function refusal(status: number, error: string): Response {
  return Response.json({ error }, { status, headers: { 'cache-control': 'no-store' } })
}

function toResponse({ status, headers, body }: Answer): Response {
  return new Response(body, { status, headers })
}
