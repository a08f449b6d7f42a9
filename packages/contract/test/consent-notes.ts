import type { AuthFor } from '@aauth-guard/core'
import { personOf } from '../../../examples/consent/access.ts'

/** What the handler of `/notes` answers. */
export function notesText(auth: AuthFor<'agent-token'>): string {
  return `notes of ${personOf(auth)}`
}
