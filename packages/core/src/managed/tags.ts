import type { ManagedSelection } from '../resource/managed-access.ts'
import type { VerifiedClaims } from '../token/claims.ts'
import { digestOf } from './digest.ts'

/**
 * What can end a record: what an operator selects, the token that it was made for, or the issuer of that token. Records of
 * held calls are listed by `begun` from the time that they run until they are done or somebody was told.
 */
export type RecordTag =
  | ManagedSelection
  | { readonly source: Pick<VerifiedClaims, 'iss' | 'jti'> }
  | { readonly issuer: string }
  | { readonly begun: true }

/** The tag as stores know it. Resources that share a store have different tags. */
export function tagOf(resource: string, tag: RecordTag): Promise<string> {
  const named = (name: string, ...parts: readonly string[]): Promise<string> =>
    digestOf('tag', resource, name, ...parts)
  if ('consent' in tag) return named('consent', tag.consent)
  if ('owner' in tag) return named('owner', tag.owner)
  if ('person' in tag) return named('person', tag.person)
  if ('mission' in tag) return named('mission', tag.mission.approver, tag.mission.s256)
  if ('source' in tag) return named('source', tag.source.iss, tag.source.jti)
  if ('begun' in tag) return named('begun')
  return named('issuer', tag.issuer)
}
