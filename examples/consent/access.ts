import type { AuthFor, Resource, ResourceOptions } from '@aauth-guard/core'
import { requireInteraction } from '@aauth-guard/core/managed'

export const scopes = {
  'notes.read': 'Read your notes',
  'notes.write': 'Add notes',
} satisfies ResourceOptions['scopes']

/** What the routes of the API require. A caller with a session, or with a consent that stands for it, is not asked again. */
export function notesAccess(resource: Resource) {
  const callers = { accept: 'agent-token', sessions: true } as const
  return {
    read: requireInteraction(resource, { ...callers, name: 'notes.read' }, { scope: 'notes.read' }),
    // A new consent replaces the one before, so it is for reading too.
    add: requireInteraction(
      resource,
      { ...callers, name: 'notes.write', components: ['content-digest', 'content-type'] },
      { scope: ['notes.read', 'notes.write'] },
    ),
  }
}

/** Whose notes a caller may use: those of the person who agreed. */
export function personOf({ session }: AuthFor<'agent-token'>): string {
  // Both routes require a consent, for which a session stands.
  if (session === undefined) throw new Error('nobody agreed')
  return session.person
}
