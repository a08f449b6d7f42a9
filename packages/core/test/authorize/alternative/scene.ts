import {
  type AAuthError,
  type AlternativeOptions,
  type AnyRequirement,
  alternativeCredential,
  authorize,
  type Caller,
  type DecisionEvent,
  isAAuthError,
  type ResourceOptions,
  type SignedRequest,
} from '@aauth-guard/core'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { toSignedRequest } from '@aauth-guard/testing'

const scopes = { 'notes.read': 'Read your notes', 'notes.write': 'Change your notes' }
export const acme = { id: 'acme', scopes: ['notes.read'] }

/** A request without AAuth. */
export function bare(fields: Readonly<Record<string, string>> = {}, target = '/notes'): SignedRequest {
  return {
    method: 'GET',
    target,
    header: (name) => (fields[name] === undefined ? [] : [fields[name]]),
    body: new Uint8Array(),
  }
}
export const withKey = (): SignedRequest => bare({ 'x-api-key': 'of-acme' })

export const key = { when: { header: 'X-API-Key' }, challenge: 'ApiKey' } as const

/** A resource with a key beside AAuth, and all that it tells. */
export interface Scene extends World {
  readonly events: DecisionEvent[]
  authorize(request?: SignedRequest): Promise<Caller | undefined>
  /** The refusal of a request that must be refused. */
  refuse(request?: SignedRequest): Promise<AAuthError>
}

export async function scene(
  check: unknown = () => acme,
  requirement: AnyRequirement = { scope: 'notes.read' },
  credential: Partial<AlternativeOptions> = {},
  options: Partial<ResourceOptions> = {},
): Promise<Scene> {
  const events: DecisionEvent[] = []
  const world = await makeWorld({
    scopes,
    defaultScope: 'notes.read',
    onDecision: (event) => events.push(event),
    ...options,
  })
  const alternative = alternativeCredential({
    ...key,
    check: check as AlternativeOptions['check'],
    ...credential,
  })
  const demanded: AnyRequirement = { ...requirement, alternative }
  const ask = (request = withKey()): Promise<Caller | undefined> =>
    authorize(world.resource, request, demanded as never)
  return {
    ...world,
    events,
    authorize: ask,
    async refuse(request) {
      const outcome = await ask(request).catch((error: unknown) => error)
      if (isAAuthError(outcome)) return outcome
      throw outcome ?? new Error('the request was accepted')
    },
  }
}

/** Signs a request, and adds fields to it that are not signed. */
export async function signed(
  { agent, net }: World,
  fields: Readonly<Record<string, string>> = {},
  scope = 'notes.read',
): Promise<SignedRequest> {
  const token = await agent.authToken({ scope })
  const request = toSignedRequest(await agent.sign(`${net.resource}/notes`, {}, { token }))
  return {
    ...request,
    header: (name) => (fields[name] === undefined ? request.header(name) : [fields[name]]),
  }
}
