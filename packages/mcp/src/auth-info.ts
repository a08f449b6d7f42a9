import { type Auth, type Caller, type OtherCaller, personKey, type Resource } from '@aauth-guard/core'
import { asAuth } from '@aauth-guard/core/adapter'

/** What tools get as `authInfo`, in the form of both SDKs. */
export interface AAuthInfo {
  /** Always `'aauth'`: a token that a tool passes on to another API must not work there. */
  readonly token: 'aauth'
  /**
   * `personKey(auth)`, or the agent where the token does not name a person: a key under which a tool may keep data. The `id` of a
   * caller with another credential.
   */
  readonly clientId: string
  readonly scopes: string[]
  /** `exp` of the token, in seconds. */
  readonly expiresAt?: number
  /** `issuer` of the resource. */
  readonly resource: URL
  readonly extra: AAuthExtra
}

export interface AAuthExtra extends Record<string, unknown> {
  /** Who is calling, verified and frozen; `undefined` for a caller with another credential. */
  readonly aauth: Auth | undefined
  /** Who came with the `alternative` of an entry. */
  readonly other?: OtherCaller
}

/** @throws {TypeError} for a token that names neither a person nor an agent */
export function authInfoOf(resource: Resource, caller: Caller): AAuthInfo {
  const auth = asAuth(caller)
  const issuer = new URL(resource.issuer)
  if (auth === undefined) {
    const other = caller as OtherCaller
    const extra = Object.freeze({ aauth: undefined, other })
    return { token: 'aauth', clientId: other.id, scopes: [...other.scopes], resource: issuer, extra }
  }
  const clientId = personKey(auth) ?? auth.agent
  if (clientId === undefined) throw new TypeError('the token names neither a person nor an agent')
  return {
    token: 'aauth',
    clientId,
    scopes: [...auth.scopes],
    expiresAt: auth.exp,
    resource: issuer,
    extra: Object.freeze({ aauth: auth }),
  }
}
