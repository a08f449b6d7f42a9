import { base64url } from '../signing/keys.ts'
import type { IssuedToken, TokenName } from './issued-tokens.ts'
import type { TestIssuer } from './issuer.ts'
import type { TestMission } from './missions.ts'

/** What an issuer remembers, as JSON: its keys follow from the seed of its network. */
export interface SavedIssuer {
  readonly issued: readonly (Omit<IssuedToken, 'presentedTo'> & { readonly presentedTo: readonly string[] })[]
  readonly withdrawn: readonly (readonly [TokenName, number])[]
  readonly missions: readonly (Omit<TestMission, 'blob'> & { readonly blob: string })[]
}

/** What an issuer remembers, to be kept beyond the life of its network. */
export function saveIssuer({ issued, withdrawn, missions }: TestIssuer): SavedIssuer {
  return {
    issued: issued.all().map((token) => ({ ...token, presentedTo: [...token.presentedTo] })),
    withdrawn: withdrawn.all(),
    missions: missions.all().map((mission) => ({ ...mission, blob: base64url(mission.blob) })),
  }
}

/** Lets an issuer of a network with the same seed remember what was saved. */
export function restoreIssuer(issuer: TestIssuer, saved: SavedIssuer): void {
  const issued = saved.issued.map((token) => ({ ...token, presentedTo: new Set(token.presentedTo) }))
  issuer.issued.restore(issuer.id, issued)
  issuer.withdrawn.restore(saved.withdrawn)
  issuer.missions.restore(saved.missions.map((mission) => ({ ...mission, blob: octetsOf(mission.blob) })))
}

function octetsOf(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (octet) => octet.charCodeAt(0))
}
