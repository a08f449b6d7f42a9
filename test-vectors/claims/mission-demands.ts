import { claims, type Sending } from '../claim.ts'
import { asksForAgent, grantee, mission, person } from '../identities.ts'
import { resourceId } from '../scene.ts'
import { agentToken, authToken, olderAuthToken, personToken } from '../tokens.ts'

const ps = 'https://ps.example'
const header = { approver: ps, s256: mission }
const required = { require: { mission: 'required' } } as const
const olderOnly = { generations: ['mission-header'] } as const
const asking: Sending = {
  url: `${resourceId}/aauth/authorize`,
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ scope: 'notes.purge' }),
}

/** Missions that the resource requires by default, and refusals in place of resource tokens, in draft 11. */
export const personMissionDemands = claims(
  'person-token',
  { resource: required, route: { scope: 'notes.read' }, token: personToken() },
  {
    accept: {
      'default-mission-waived': {
        title: 'A route waives by name the mission that the resource requires by default',
        ids: 'MISS-10',
        route: { accept: 'person-token', mission: 'optional' },
        auth: person,
      },
      'default-mission-carried': {
        title: 'A token with a mission is accepted when the default requirement has one',
        ids: 'MISS-10',
        token: authToken({ mission }),
        auth: { ...grantee, mission: header },
      },
    },
    refuse: {
      'default-mission-missing': {
        title: 'A route without a requirement requires the mission of the default requirement',
        ids: 'MISS-10',
        token: authToken(),
        error: 'mission_required',
        mayFetch: true,
      },
      'person-token-without-mission': {
        title: 'A person token without the mission that is required leads to no resource token',
        ids: 'MISS-10 RT-6',
        error: 'mission_required',
        mayFetch: true,
      },
      'person-token-of-another-approver': {
        title: "A person token with another approver's mission leads to no resource token",
        ids: 'MISS-10 MISS-11 RT-6',
        resource: { require: { mission: { approver: 'https://other.example' } } },
        token: personToken({ mission }),
        error: 'mission_mismatch',
        mayFetch: true,
      },
      'scope-missing-without-mission': {
        title: 'An auth token with neither the scope nor the mission leads to no resource token',
        ids: 'MISS-10 RT-6',
        token: authToken({ scope: 'notes.write' }),
        error: 'mission_required',
        mayFetch: true,
      },
      'endpoint-without-mission': {
        title: 'The authorization endpoint reports a missing mission before it checks the scope',
        ids: 'MISS-10 RT-17',
        route: { endpoint: 'authorization' },
        send: asking,
        error: 'mission_required',
        mayFetch: true,
      },
      'agent-token-where-a-mission-is-required': {
        title: 'An agent token is challenged for a person token, which can carry the mission',
        ids: 'CHAL-3 MISS-10',
        token: agentToken(),
        error: 'person_token_required',
        requirement: 'person-token',
        mayFetch: true,
      },
    },
  },
)

/** The same in drafts 01 to 10. */
export const olderMissionDemands = claims(
  'mission-header',
  { resource: { ...olderOnly, ...required }, route: { scope: 'notes.read' }, token: agentToken() },
  {
    refuse: {
      'agent-token-without-mission-header': {
        title:
          'An agent token without an asserted mission leads to no resource token when a mission is required',
        ids: 'MISS-10 RT-8',
        error: 'mission_required',
        mayFetch: true,
      },
      'agent-token-with-mission-header': {
        title:
          'An agent token with an asserted mission leads to a resource token with the mission when one is required',
        ids: 'MISS-4 MISS-10 RT-8',
        send: { mission: header },
        error: 'auth_token_required',
        resourceToken: { ...asksForAgent, mission: header },
        mayFetch: true,
      },
      'asserted-mission-of-another-approver': {
        title: "An asserted mission of another approver's leads to no resource token",
        ids: 'MISS-10 MISS-11 RT-8',
        resource: { ...olderOnly, require: { mission: { approver: 'https://other.example' } } },
        send: { mission: header },
        error: 'mission_mismatch',
        mayFetch: true,
      },
      'older-scope-missing-without-mission': {
        title:
          'An auth token of drafts 01 to 10 with neither the scope nor the mission leads to no resource token',
        ids: 'MISS-10 RT-8',
        token: olderAuthToken({ scope: 'notes.write' }),
        error: 'mission_required',
        mayFetch: true,
      },
    },
  },
)
