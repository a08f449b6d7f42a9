import { claims } from '../claim.ts'
import { grantee, listed, mission, otherMission, person } from '../identities.ts'
import { authToken, personToken } from '../tokens.ts'

const ps = 'https://ps.example'
const header = { approver: ps, s256: mission }

/** Missions, classes and accounts with tokens of draft 11. */
export const personPolicy = claims(
  'person-token',
  { route: { scope: 'notes.read' }, token: authToken() },
  {
    accept: {
      'mission-forbidden-and-absent': {
        title: 'A route that forbids missions accepts a token without one',
        ids: 'MISS-10',
        route: { scope: 'notes.read', mission: 'forbidden' },
        auth: grantee,
      },
      'mission-header-dropped': {
        title: 'AAuth-Mission beside a token of draft 11 is ignored',
        ids: 'MISS-8 R11-283',
        resource: { generations: ['mission-header', 'person-token'] },
        route: { accept: 'person-token' },
        token: personToken(),
        send: { mission: header },
        auth: { ...person, covered: ['@method', '@authority', '@path', 'signature-key', 'aauth-mission'] },
      },
      'mission-header-unread': {
        title: 'AAuth-Mission is not read when only draft 11 is served',
        ids: 'R11-283',
        resource: { generations: ['person-token'] },
        send: { headers: { 'aauth-mission': 'anything' }, mistake: 'uncovered-mission' },
        auth: grantee,
      },
    },
    refuse: {
      'no-mission': {
        title: 'A route that requires a mission refuses a token without one',
        ids: 'MISS-10 R11-106 R11-151 ERR-3',
        route: { scope: 'notes.read', mission: 'required' },
        error: 'mission_required',
        mayFetch: true,
      },
      'mission-asserted-beside-person-token': {
        title: 'A mission that an agent asserts beside a token of draft 11 is ignored',
        ids: 'MISS-8 MISS-10 R11-283',
        resource: { generations: ['mission-header', 'person-token'] },
        route: { scope: 'notes.read', mission: 'required' },
        send: { mission: header },
        error: 'mission_required',
        mayFetch: true,
      },
      'mission-of-another-approver': {
        title: 'The same digest under another approver is another mission',
        ids: 'MISS-11 MISS-12 R11-281 R11-106',
        route: { scope: 'notes.read', mission: { approver: 'https://other.example' } },
        token: authToken({ mission }),
        error: 'mission_mismatch',
        mayFetch: true,
      },
      'mission-forbidden': {
        title: 'A route that forbids missions refuses a token with one',
        ids: 'R11-106 R11-151',
        route: { scope: 'notes.read', mission: 'forbidden' },
        token: authToken({ mission }),
        error: 'access_denied',
        mayFetch: true,
      },
      'mission-header-disagrees': {
        title: 'AAuth-Mission that contradicts a token of draft 11 makes the request malformed',
        ids: 'MISS-8',
        resource: { generations: ['mission-header', 'person-token'] },
        token: authToken({ mission }),
        send: { mission: { approver: ps, s256: otherMission } },
        error: 'invalid_request',
        mayFetch: true,
      },
      'class-unknown': {
        title: 'A token of draft 11 does not match a provider, because it does not name one',
        ids: 'CLASS-2 R11-106',
        route: { scope: 'notes.read', class: { provider: 'https://agent.example' } },
        resource: listed,
        token: authToken({ mission }),
        error: 'class_unverifiable',
        mayFetch: true,
      },
      'another-account': {
        title: 'An auth token for another account is refused',
        ids: 'R11-068 R11-106 R11-151 AUTH-11 G21',
        route: { scope: 'notes.read', account: 'ws-8' },
        token: authToken({ account: 'ws-7' }),
        error: 'access_denied',
        mayFetch: true,
      },
      'no-account': {
        title: 'An auth token without an account is refused on a route with one',
        ids: 'R11-068 AUTH-11',
        route: { scope: 'notes.read', account: 'ws-8' },
        error: 'access_denied',
        mayFetch: true,
      },
    },
  },
)
