import { quoted } from '../wire/quoted.ts'
import { scopesOf, tenantOf, text } from './claim-values.ts'
import type { Subject } from './claims.ts'
import type { JsonObject } from './json.ts'

/** What a token of a person says of agents and grants where it says nothing. */
export const nobody = {
  agent: undefined,
  parentAgent: undefined,
  scopes: [],
  account: null,
  tenant: null,
  mission: undefined,
} as const

/** What an auth token grants, and to whom in the organisation. */
export function grant(claims: JsonObject): Pick<Subject, 'scopes' | 'account' | 'tenant'> {
  return { scopes: scopesOf(claims), account: text(claims, 'account', 512) ?? null, tenant: tenantOf(claims) }
}

/** The text for a claim in which a person server speaks for another. */
export function foreign(name: string, value: unknown, iss: string): string {
  return `"${name}" is ${quoted(value)}, and the issuer is ${quoted(iss)}: a person server speaks for itself only`
}
