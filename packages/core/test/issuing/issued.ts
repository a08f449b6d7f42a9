import {
  type AAuthError,
  type Answer,
  type AnyRequirement,
  type Auth,
  answer,
  authorize,
  isAAuthError,
  type Resource,
  type SigningKey,
  type StepUp,
  stepUp,
} from '@aauth-guard/core'
import { answerRoutes, answerWellKnown } from '@aauth-guard/core/adapter'
import { type Agent, type SignOptions, toSignedRequest } from '@aauth-guard/testing'
import { createLocalJWKSet, exportJWK, generateKeyPair, type JWTVerifyResult, jwtVerify } from 'jose'
import { parseDictionary } from 'structured-headers'
import { completeRefusal } from '../../src/errors/pending-step-up.ts'
import { now, type World } from '../world.ts'

/** A private key, made anew in every run. */
export async function makeSigningKey(alg: 'Ed25519' | 'ES256' = 'Ed25519', kid = 'r1'): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true })
  return { ...(await exportJWK(privateKey)), kid, alg }
}

/** What the resource of these tests has. */
export const notes = {
  signingKey: await makeSigningKey(),
  scopes: { 'notes.read': 'Read your notes', 'notes.write': 'Change your notes' },
  defaultScope: 'notes.read',
} as const

/** A route that wants to know who is calling, whoever it is. */
export const anyKind = { accept: ['agent-token', 'person-token', 'auth-token'] } as const

export const agentRoute = { accept: 'agent-token' } as const
export const personRoute = { accept: 'person-token' } as const

/** Digest of a mission. */
export const s256 = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'

/** What the resource publishes at `path`. */
export async function published<Document>(resource: Resource, path: string): Promise<Document> {
  const document = await answerWellKnown(resource, 'GET', path)
  return JSON.parse(document?.body ?? '') as Document
}

/** A resource token, verified by jose with the keys that the resource publishes. */
export async function verified(resource: Resource, token: string, at = now): Promise<JWTVerifyResult> {
  const keys = await published<Parameters<typeof createLocalJWKSet>[0]>(resource, '/aauth/jwks.json')
  return jwtVerify(token, createLocalJWKSet(keys), {
    currentDate: new Date(at * 1000),
    typ: 'aa-resource+jwt',
    issuer: resource.issuer,
  })
}

/** The resource token in the challenge of a refusal, verified. */
export async function challenged(
  resource: Resource,
  { headers }: Pick<Answer, 'headers'>,
): Promise<JWTVerifyResult> {
  const [, params] = parseDictionary(headers['aauth-requirement'] ?? '').get('requirement') ?? []
  return verified(resource, String(params?.get('resource-token')))
}

/** A call like that of the world, by another agent of it. */
export async function callAs(
  { net, resource }: World,
  agent: Agent,
  token: string,
  requirement: AnyRequirement,
): Promise<Auth> {
  const message = await agent.sign(`${net.resource}/notes`, {}, { token })
  return authorize(resource, toSignedRequest(message), requirement as never)
}

/** The refusal that `work` comes to. */
export async function refusalOf(work: Promise<unknown>): Promise<AAuthError> {
  const outcome = await work.then(
    () => new Error('nothing was refused'),
    (error: unknown) => error,
  )
  if (isAAuthError(outcome)) return outcome
  throw outcome
}

/** What the caller of a step-up is sent. */
export async function answerOfStepUp(resource: Resource, auth: Auth, wanted: StepUp): Promise<Answer> {
  try {
    stepUp(resource, auth, wanted)
  } catch (error) {
    if (isAAuthError(error)) return answer(error)
    throw error
  }
}

/** A step-up as it is answered: rejects with the refusal that the caller is sent. */
export async function answeredStepUp(resource: Resource, auth: Auth, wanted: StepUp): Promise<never> {
  try {
    return stepUp(resource, auth, wanted)
  } catch (error) {
    throw isAAuthError(error) ? await completeRefusal(error) : error
  }
}

/** What is asked of the authorization endpoint. */
export interface Asking extends Omit<SignOptions, 'token'> {
  readonly agent?: Agent
  /** Default a person token. */
  readonly token?: string
  readonly url?: string
  readonly type?: string
  /** Default `{"scope":"notes.read"}`; a string goes as it is. */
  readonly body?: unknown
  /** What arrives in place of the body that was signed. */
  readonly arrives?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Asks the authorization endpoint of the resource, whose content arrives on its own, after the head. */
export async function askForToken({ resource, net, ...world }: World, asking: Asking = {}): Promise<Answer> {
  const {
    agent = world.agent,
    token = await agent.personToken(),
    url = `${net.resource}/aauth/authorize`,
    type = 'application/json',
    body = { scope: 'notes.read' },
    arrives,
    headers,
    ...signing
  } = asking
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const request = { method: 'POST', headers: { 'content-type': type, ...headers }, body: text }
  const { body: _, ...head } = toSignedRequest(await agent.sign(url, request, { ...signing, token }))
  const answered = await answerRoutes(resource, head, async () => new TextEncoder().encode(arrives ?? text))
  if (answered === undefined) throw new Error('nobody answered')
  return answered
}

/** Status, code, and what is to be shown instead. */
export function verdict({ status, headers, body }: Answer): unknown[] {
  const { error } = JSON.parse(body) as { error?: string }
  const requirement = headers['aauth-requirement']
  return requirement === undefined ? [status, error] : [status, error, requirement]
}
