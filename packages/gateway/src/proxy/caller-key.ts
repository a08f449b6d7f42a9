import { type Auth, type Caller, personKey } from '@aauth-guard/core'

/** The caller as an `Auth`; `undefined` for other credentials and for none. */
export function authOf(caller: Caller | undefined): Auth | undefined {
  return caller === undefined || caller.type === 'other' ? undefined : caller
}

/** Whose share of the limits a request uses: that of a person, of an agent without one, or of another credential. */
export function callerKey(caller: Caller | undefined): string {
  if (caller === undefined) return anonymous
  if (caller.type === 'other') return JSON.stringify(['other', caller.scheme, caller.id])
  return personKey(caller) ?? JSON.stringify(['agent', caller.iss, caller.agent ?? caller.thumbprint])
}

/** All callers without a credential share one. */
export const anonymous = 'anonymous'
