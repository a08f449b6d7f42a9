import { createHash } from 'node:crypto'
import { claims } from '../claim.ts'
import {
  base,
  grantee,
  listed,
  mission,
  olderGrantee,
  olderGranteeOfClass,
  otherMission,
} from '../identities.ts'
import { now } from '../scene.ts'
import { authToken, olderAuthToken, personToken } from '../tokens.ts'
import type { RouteData } from '../vector.ts'

const approver = 'https://ps.example'
const provider = 'https://agent.example'
const other = 'https://other-agent.example'
const header = { approver, s256: mission }
const ended = { ...header, reason: 'revoked' }
const ofClass = (wanted: string | string[], more: RouteData = {}) => ({
  resource: listed,
  route: { scope: 'notes.read', class: { provider: wanted }, ...more } satisfies RouteData,
})

interface Held {
  readonly s256: string
  readonly resource: { readonly missionBlobs: Readonly<Record<string, string>> }
}

/** A mission whose blob the operator holds; its digest is of the exact octets. */
function held(more: Record<string, unknown> = {}, name?: string): Held {
  const octets = Buffer.from(
    JSON.stringify({
      agent: 'aauth:planner@agent.example',
      approved_at: '2026-09-21T13:00:00Z',
      description: 'Sort the feedback of September',
      approved_tools: [{ name: 'FeedbackReader' }, { name: 'Sorter' }],
      ...more,
    }),
  )
  const s256 = createHash('sha256').update(octets).digest('base64url')
  return { s256, resource: { missionBlobs: { [name ?? s256]: octets.toString('base64') } } }
}
const blob = held()
const over = held({ expires_at: new Date(now * 1000).toISOString() })
const lasting = held({ expires_at: new Date((now + 1) * 1000).toISOString() })
const changed = held({ description: 'Delete the feedback of September' }, mission)
const reading: { route: RouteData } = { route: { scope: 'notes.read', tool: 'FeedbackReader' } }

/** Missions that end, classes and tools, with tokens of draft 11. */
export const personMissions = claims(
  'person-token',
  { route: { scope: 'notes.read' }, token: authToken({ mission }) },
  {
    accept: {
      'mission-of-the-same-digest-ended': {
        title: 'Termination does not affect a mission with the same digest at another approver',
        ids: 'MISS-9 MISS-12 L05',
        before: [{ ended: { ...ended, approver: 'https://other-ps.example' } }],
        auth: { ...grantee, mission: header },
      },
      'another-mission-ended': {
        title: 'Termination does not affect another mission',
        ids: 'MISS-9',
        before: [{ ended: { approver, s256: otherMission } }],
        auth: { ...grantee, mission: header },
      },
      'class-unknown-and-mission-enough': {
        title: 'A route may accept an unverifiable provider under the policy mission-only',
        ids: 'CLASS-2',
        ...ofClass(provider, { classPolicy: 'mission-only' }),
        auth: { ...grantee, mission: header },
      },
      'tool-approved': {
        title: 'A tool that the mission blob names is accepted',
        ids: 'MISS-12',
        ...reading,
        resource: blob.resource,
        token: authToken({ mission: blob.s256 }),
        auth: { ...grantee, mission: { approver, s256: blob.s256 } },
      },
      'tool-of-a-mission-that-lasts': {
        title: 'A tool is accepted in the last second before the mission blob expires',
        ids: 'MISS-12',
        ...reading,
        resource: lasting.resource,
        token: authToken({ mission: lasting.s256 }),
        auth: { ...grantee, mission: { approver, s256: lasting.s256 } },
      },
    },
    refuse: {
      'mission-ended': {
        title: 'An auth token of draft 11 under a terminated mission is refused',
        ids: 'MISS-9 L06',
        before: [{ ended }],
        error: 'mission_terminated',
        terminationReason: 'revoked',
        mayFetch: true,
      },
      'mission-ended-for-no-reason': {
        title: 'A mission that was terminated without a reason is refused',
        ids: 'MISS-9',
        before: [{ ended: header }],
        error: 'mission_terminated',
        mayFetch: true,
      },
      'mission-ended-after-a-request': {
        title: 'A known token is refused once its mission is terminated',
        ids: 'MISS-9 L06',
        before: [{ accepted: {} }, { ended }],
        error: 'mission_terminated',
        terminationReason: 'revoked',
      },
      'mission-ended-before-scope': {
        title: 'A terminated mission leads to no resource token',
        ids: 'MISS-9 RT-9',
        token: authToken({ mission, scope: 'notes.write' }),
        before: [{ ended }],
        error: 'mission_terminated',
        terminationReason: 'revoked',
        mayFetch: true,
      },
      'mission-of-a-person-token-ended': {
        title: 'A person token under a terminated mission is refused',
        ids: 'MISS-9 RT-9',
        token: personToken({ mission }),
        before: [{ ended }],
        error: 'mission_terminated',
        terminationReason: 'revoked',
        mayFetch: true,
      },
      ...Object.fromEntries(
        (['deny', 'same-key', 'linked-key'] as const).map((classPolicy) => [
          `class-unknown-under-${classPolicy}`,
          {
            title: `An unverifiable provider does not match under the policy ${classPolicy}`,
            ids: 'CLASS-2',
            ...ofClass(provider, { classPolicy }),
            error: 'class_unverifiable' as const,
            mayFetch: true as const,
          },
        ]),
      ),
      'class-without-mission': {
        title: 'There is no class without a mission, whatever the policy',
        ids: 'CLASS-1 MISS-10',
        ...ofClass(provider, { classPolicy: 'mission-only' }),
        token: authToken(),
        error: 'mission_required',
        mayFetch: true,
      },
      'tool-not-approved': {
        title: 'A tool that the mission blob does not name is refused',
        ids: 'R11-106',
        route: { scope: 'notes.read', tool: 'FeedbackEraser' },
        resource: blob.resource,
        token: authToken({ mission: blob.s256 }),
        error: 'access_denied',
        mayFetch: true,
      },
      'tool-without-blob': {
        title: 'A tool is refused without the mission blob',
        ids: 'R11-106',
        ...reading,
        resource: blob.resource,
        error: 'access_denied',
        mayFetch: true,
      },
      'tool-after-the-mission': {
        title: 'A tool is refused from the second in which the mission blob expires',
        ids: 'R11-106',
        ...reading,
        resource: over.resource,
        token: authToken({ mission: over.s256 }),
        error: 'access_denied',
        mayFetch: true,
      },
      'tool-of-another-blob': {
        title: 'A mission blob whose digest is not that of the mission makes the request fail',
        ids: 'MISS-12',
        ...reading,
        resource: changed.resource,
        error: 'server_error',
        mayFetch: true,
      },
      'tool-without-mission': {
        title: 'A route with a tool requires a mission',
        ids: 'MISS-10',
        ...reading,
        resource: blob.resource,
        token: authToken(),
        error: 'mission_required',
        mayFetch: true,
      },
    },
  },
)

/** The same in drafts 01 to 10, where the token names the agent. */
export const olderMissions = claims(
  'mission-header',
  { route: { scope: 'notes.read' }, token: olderAuthToken({ mission }) },
  {
    accept: {
      'class-of-a-list': {
        title: 'A route may name several agent providers',
        ids: 'CLASS-1',
        ...ofClass([other, provider]),
        auth: { ...olderGranteeOfClass, mission: header },
      },
      'asserted-mission-ended': {
        title: 'The status of a mission that is only asserted is not disclosed',
        ids: 'MISS-4 MISS-9',
        token: olderAuthToken(),
        send: { mission: header },
        before: [{ ended }],
        auth: { ...olderGrantee, covered: [...base, 'aauth-mission'] },
      },
      'older-tool-approved': {
        title: 'A tool that the mission blob names is accepted in drafts 01 to 10',
        ids: 'MISS-12',
        ...reading,
        resource: held({ approver }).resource,
        token: olderAuthToken({ mission: held({ approver }).s256 }),
        auth: { ...olderGrantee, mission: { approver, s256: held({ approver }).s256 } },
      },
    },
    refuse: {
      'older-mission-ended': {
        title: 'An auth token of drafts 01 to 10 under a terminated mission is refused',
        ids: 'MISS-9 L06',
        before: [{ ended }],
        error: 'mission_terminated',
        terminationReason: 'revoked',
        mayFetch: true,
      },
      'class-of-no-list': {
        title: 'An agent provider that is not one of several is refused',
        ids: 'CLASS-3',
        ...ofClass([other, 'https://third-agent.example']),
        error: 'class_mismatch',
        mayFetch: true,
      },
      'class-known-and-mission-enough': {
        title: 'Another agent provider is refused even under the policy mission-only',
        ids: 'CLASS-3',
        ...ofClass(other, { classPolicy: 'mission-only' }),
        error: 'class_mismatch',
        mayFetch: true,
      },
      'older-tool-not-approved': {
        title: 'A tool that the mission blob does not name is refused in drafts 01 to 10',
        ids: 'R11-106',
        route: { scope: 'notes.read', tool: 'FeedbackEraser' },
        resource: blob.resource,
        token: olderAuthToken({ mission: blob.s256 }),
        error: 'access_denied',
        mayFetch: true,
      },
    },
  },
)
