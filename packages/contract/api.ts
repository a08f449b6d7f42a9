/**
 * What every adapter builds with its framework: the same routes, the same demands, the same words. So whatever
 * differs in an answer comes from the framework or the guard.
 */
import type { Auth, Requirement, TokenKind } from '@aauth-guard/core'
import type { MissionGrant } from '@aauth-guard/core/missions'
import { mission } from '@aauth-guard/fixtures/missions'
import { now } from '@aauth-guard/fixtures/world'

export const scopes = { 'notes.read': 'Read your notes', 'notes.write': 'Change your notes' }

/** What the guarded routes demand. */
export const demands = {
  anyone: { accept: ['agent-token', 'person-token', 'auth-token'] },
  agents: { accept: 'agent-token', mission: 'optional', person: 'optional' },
  people: { accept: 'person-token' },
  read: { scope: 'notes.read' },
  write: { scope: 'notes.write', components: ['content-digest', 'content-type'] },
  query: { components: ['@query'] },
  once: { singleUse: true },
  mission: { mission: 'required' },
  account: {
    scope: 'notes.read',
    account: ({ path }) => path.split('/')[2] ?? '',
    challenge: () => ({ payment: { headers: { 'payment-required': 'one cent' } } }),
  },
  class: { class: { provider: 'https://agent.example' } },
  denied: { check: () => false },
  broken: {
    check: () => {
      throw new Error('the database is away')
    },
  },
} as const satisfies Readonly<Record<string, Requirement<TokenKind, false>>>

/** What the handler of `/more` asks for. */
export const more = { scope: 'notes.write' } as const

/** Lets callers without credential pass. */
export const optionally = { ...demands.anyone, optional: true } as const

export const plainText = 'text/plain; charset=utf-8'
export const corsFields = {
  'access-control-allow-origin': 'https://app.example',
  'access-control-allow-methods': 'GET, POST',
} as const

/** What somebody left behind on `/runs`: a runtime of the agent provider, in a mission, for a person of drafts 01 to 10. */
export const grant: MissionGrant = {
  resource: 'https://notes.example',
  mission,
  class: { provider: 'https://agent.example' },
  person: { generation: 'mission-header', issuer: 'https://ps.example', tenant: null, sub: 'person-1' },
  thumbprint: 'of another key',
  createdAt: now,
  expiresAt: null,
}

/** Who is calling, and what the handler hears of `AAuth-Mission`. */
export function heardText(auth: Auth | undefined, mission: string | null | undefined): string {
  return `${callerText(auth)} asserts ${mission || 'nothing'}`
}

/** Who is calling, in a few words. */
export function callerText(auth: Auth | undefined): string {
  if (auth === undefined) return 'nobody'
  const scoped = auth.scopes.length === 0 ? '' : ` may ${auth.scopes.join(' ')}`
  return `${auth.sub ?? 'somebody'}${scoped}`
}

/** Who is calling, and what came with it. */
export function sentText(auth: Auth | undefined, content: unknown): string {
  return `${callerText(auth)} sent ${JSON.stringify(content)}`
}

/** The fields of a form; of a file its name and its size. */
export function formFields(form: FormData): Record<string, string> {
  return Object.fromEntries(
    [...form].map(([name, value]) => [
      name,
      typeof value === 'string' ? value : `${value.name} of ${value.size} octets`,
    ]),
  )
}

/** What a handler answers that reads the content as a stream. */
export async function streamText(
  auth: Auth | undefined,
  content: AsyncIterable<Uint8Array>,
): Promise<string> {
  let length = 0
  for await (const chunk of content) length += chunk.length
  return `${callerText(auth)} streamed ${length} octets`
}
