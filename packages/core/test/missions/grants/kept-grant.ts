import type { Auth, ClassPolicy } from '@aauth-guard/core'
import { type MissionGrant, mayResume, type Resumption } from '@aauth-guard/core/missions'
import { now } from '@aauth-guard/fixtures/world'
import { approver, one } from './runtimes.ts'

export const provider = 'https://agent.example'
export const policies: readonly ClassPolicy[] = ['deny', 'mission-only', 'same-key', 'linked-key']

/** A grant of a runtime of `https://agent.example`, from before draft 11. */
export function grantOf(changes: Partial<MissionGrant> = {}): MissionGrant {
  return {
    resource: 'https://notes.example',
    mission: { approver, s256: one },
    class: { provider },
    person: { generation: 'mission-header', issuer: approver, tenant: null, sub: 'person-1' },
    thumbprint: 'thumbprint of the first runtime',
    createdAt: now - 60,
    expiresAt: null,
    ...changes,
  }
}

/** What is otherwise in draft 11. */
export const newer = {
  class: null,
  person: { generation: 'person-token', issuer: approver, tenant: null, sub: 'person-1' },
} as const

/** What is found under each policy, in the order `deny`, `mission-only`, `same-key`, `linked-key`. */
export function found(grant: unknown, auth: Auth): Resumption[] {
  return policies.map((policy) => mayResume(grant as MissionGrant, auth, policy))
}
