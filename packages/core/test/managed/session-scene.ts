import {
  type AnyRequirement,
  type Auth,
  authorize,
  createResource,
  type Resource,
  type ResourceOptions,
} from '@aauth-guard/core'
import { accessFieldsFor } from '@aauth-guard/core/adapter'
import { type ConsentOptions, createConsent, grantSession, managedAccess } from '@aauth-guard/core/managed'
import { makeWorld, type World } from '@aauth-guard/fixtures/world'
import { type Agent, type SignOptions, toSignedRequest } from '@aauth-guard/testing'
import { managedStateOf } from '../../src/managed/managed-state.ts'

const key = Uint8Array.from({ length: 32 }, (_, i) => i * 3)
export const sealingKeys = [{ kid: 'a', key }]
export const scopes = { 'notes.read': 'Read your notes', 'notes.write': 'Change your notes' }
const url = 'https://notes.example/notes'

/** A route that takes sessions, and every kind of token, and needs nothing else. */
export const open: AnyRequirement = {
  accept: ['agent-token', 'person-token', 'auth-token'],
  sessions: true,
}
/** The same for resources that serve drafts 01 to 10 alone. */
export const openBefore: AnyRequirement = { accept: ['agent-token', 'auth-token'], sessions: true }
/** The same, for whoever may read notes. */
export const read: AnyRequirement = { ...open, scope: 'notes.read' }

/** How a call is made. */
export interface SessionCall extends Omit<SignOptions, 'token'> {
  readonly agent?: Agent
  /** Default {@link read}. */
  readonly requirement?: AnyRequirement
  /** The whole of `Authorization`. Default: the session value. */
  readonly authorization?: string
  readonly resource?: Resource
}

export interface SessionScene extends World {
  readonly token: string
  /** A consent of Alice to read her notes, for the caller of a token, and a session value for it. */
  consented(
    token?: string,
    call?: SessionCall,
    options?: Partial<ConsentOptions>,
  ): Promise<{ readonly id: string; readonly value: string }>
  /** The identity of a call with a session value. */
  use(value: string | undefined, call?: SessionCall & { readonly token?: string }): Promise<Auth>
  /** What the answer to a call would carry. */
  renewed(auth: Auth): string | undefined
  /** Another process of the same resource. */
  another(): Resource
}

export async function makeSessions(options: Partial<ResourceOptions> = {}): Promise<SessionScene> {
  const given = {
    managed: managedAccess({ sealingKeys, interaction: { url: 'https://notes.example/agents' } }),
    scopes,
    defaultScope: 'notes.read',
    ...options,
  }
  const world = await makeWorld(given)
  const token = await world.agent.agentToken()
  const use: SessionScene['use'] = async (value, call = {}) => {
    const {
      agent = world.agent,
      requirement = read,
      authorization,
      resource = world.resource,
      ...signing
    } = call
    const credential = authorization ?? (value === undefined ? undefined : `AAuth ${value}`)
    const request = credential === undefined ? {} : { headers: { authorization: credential } }
    const message = await agent.sign(url, request, { token, ...signing })
    return authorize(resource, toSignedRequest(message), requirement as never)
  }
  return {
    ...world,
    token,
    use,
    async consented(of = token, call = {}, terms = {}) {
      const auth = await use(undefined, { requirement: open, ...call, token: of })
      const resource = call.resource ?? world.resource
      const { id } = await createConsent(resource, auth, { person: 'alice', scope: 'notes.read', ...terms })
      return { id, value: (await grantSession(resource, auth, id)) as string }
    },
    renewed: (auth) => accessOf(auth),
    another: () =>
      createResource({
        issuer: world.net.resource,
        trust: 'any',
        fetch: world.net.fetch,
        now: world.net.clock.now,
        ...given,
      }),
  }
}

function accessOf(auth: Auth): string | undefined {
  return accessFieldsFor(auth).find(([name]) => name === 'aauth-access')?.[1]
}

/** The consents of a resource, past what is public. */
export const recordsOf = (resource: Resource) => managedStateOf(resource).records
