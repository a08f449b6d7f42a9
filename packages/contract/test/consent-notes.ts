import type { AuthFor, Resource } from '@aauth-guard/core'
import { personOf } from '../../../examples/consent/access.ts'

/** What the handler of `/notes` answers. */
export async function notesText(resource: Resource, auth: AuthFor<'agent-token'>): Promise<string> {
  const way = auth.session === undefined ? 'consent' : 'session'
  return `notes of ${await personOf(resource, auth)} by ${way}`
}
