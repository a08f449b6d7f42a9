import { AAuthError } from '../../errors/aauth-error.ts'
import type { PersonTokenAuth } from '../../token/auth.ts'
import type { VerifiedRequest } from '../../verify/verified-request.ts'
import type { SignedRequest } from '../../wire/signed-request.ts'
import { splitTarget } from '../../wire/target.ts'
import { maxHeldFields } from './held-limits.ts'
import type { HeldOctets, KeptCall } from './held-record.ts'

/** A call that is run: as it was signed when it was held. */
export interface HeldCall {
  readonly method: string
  /** As the agent sent it. */
  readonly target: string
  readonly path: string
  /** With its `?`; empty without one. */
  readonly query: string
  /**
   * `content-type`, `accept`, fields that the signature covers, and those that `fields` of the route names, in lower case.
   * Lines of one name are joined by `, `. Never credentials.
   */
  readonly fields: Readonly<Record<string, string>>
  /** The content, which the signature covers. Empty if there is none. */
  readonly body: Uint8Array
  /** Who runs it, by the auth token of the poll. */
  readonly auth: PersonTokenAuth
  /**
   * Names the call: 43 characters, the same whenever it is run. Pass it on as an idempotency key. It is the id for
   * `recordOutcome`.
   */
  readonly key: string
}

/** What is known of a call before it is run. */
export type ProposedCall = Omit<HeldCall, 'key'>

/** What is never kept: credentials, and what describes the connection. */
const never: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'signature',
  'signature-input',
  'signature-key',
  'aauth-mission',
  'connection',
  'content-length',
  'transfer-encoding',
  'host',
])

/** Whether a field can be kept. */
export function mayKeep(name: string): boolean {
  return !never.has(name) && !name.startsWith('@')
}

/**
 * The call without its credentials.
 * @throws {AAuthError} `content_too_large` for more than 16 KiB of fields
 */
export function keepCall(
  request: SignedRequest,
  { covered, transport: { method, rawTarget: target } }: Pick<VerifiedRequest, 'covered' | 'transport'>,
  named: readonly string[],
): KeptCall {
  const names = new Set(['content-type', 'accept', ...covered, ...named].filter(mayKeep))
  const fields = [...names].map((name) => [name, [...request.header(name)]] as const)
  const present = fields.filter(([, lines]) => lines.length > 0)
  const length = present.reduce(
    (sum, [name, lines]) => sum + name.length + lines.join('').length,
    target.length,
  )
  if (length > maxHeldFields)
    throw new AAuthError('content_too_large', {
      hint: `the target and the kept fields have more than ${maxHeldFields} characters: send less, or cover fewer fields`,
    })
  return { method, target, fields: present }
}

/** The call as guards and callbacks of the route read it. */
export function asRequest({ record: { call }, content }: HeldOctets): SignedRequest {
  const fields = new Map(call.fields)
  return {
    method: call.method,
    target: call.target,
    header: (name) => fields.get(name) ?? [],
    body: content,
  }
}

/** The call as `run` reads it. */
export function asHeldCall(
  { method, target, fields }: KeptCall,
  body: Uint8Array,
  auth: PersonTokenAuth,
  key: string,
): HeldCall {
  const { path = target, query = '' } = splitTarget(target) ?? {}
  const sent = target.includes('?') ? query : ''
  const joined: Record<string, string> = Object.create(null)
  for (const [name, lines] of fields) joined[name] = lines.join(', ')
  return Object.freeze({ method, target, path, query: sent, fields: Object.freeze(joined), body, auth, key })
}
