import type { DecisionEvent, ResourceEvent } from '@aauth-guard/core'
import { maxLine, membersJson } from './line.ts'

/** Octets of an event that leave room for the other members of its line. */
const maxEvent = maxLine / 4
/** Characters and elements of an event that is too long. */
const longestText = 256
const mostElements = 64

/** An event as members of a record. Of one that is too long, texts and lists are cut, and `clipped` says so. */
export function eventMembers(event: DecisionEvent | ResourceEvent): string {
  const members = membersJson({ event })
  return members.length <= maxEvent ? members : membersJson({ event: clipped(event), clipped: true })
}

function clipped(value: unknown): unknown {
  if (typeof value === 'string') return value.slice(0, longestText)
  if (Array.isArray(value)) return value.slice(0, mostElements).map(clipped)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, mostElements)
      .map(([name, member]) => [name.slice(0, longestText), clipped(member)]),
  )
}

/** Whether somebody is known to have caused the decision. */
export function isVerified({ issuer, scheme, outcome }: DecisionEvent): boolean {
  return issuer !== undefined || (scheme !== undefined && outcome === 'accepted')
}

const causedByAnybody: ReadonlySet<ResourceEvent['type']> = new Set([
  'aauth.issuer_refused.v1',
  'aauth.discovery_limited.v1',
  'aauth.keys_fetched.v1',
])

/** Whether an unverified caller can cause the event. */
export function isCausedByAnybody({ type }: ResourceEvent): boolean {
  return causedByAnybody.has(type)
}
