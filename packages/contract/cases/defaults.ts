import { s256 as mission } from '@aauth-guard/fixtures/missions'
import type { Suite } from './case.ts'

const read = { scope: 'notes.read' }

export const defaults: Suite = {
  about: 'the default requirement of the resource',
  options: { require: { mission: 'required', person: 'required' } },
  cases: [
    [
      'a route without a requirement requires a mission [MISS-10]',
      { target: '/notes', grant: read },
      '403 mission_required',
    ],
    [
      'a token with a mission and a person is accepted',
      { target: '/notes', grant: { ...read, mission } },
      '200 person-1 may notes.read',
    ],
    [
      'a token without a person is refused [AUTH-6]',
      { target: '/notes', grant: { ...read, mission, claims: { sub: undefined } } },
      '403 person_required',
      'mission-header',
    ],
    [
      'a person token without a mission gets no resource token [MISS-10]',
      { target: '/notes', token: 'person' },
      '403 mission_required',
    ],
    [
      'an agent token is challenged for a person token [CHAL-3]',
      { target: '/notes', token: 'agent' },
      '401 person_token_required',
    ],
    ['a route waives both by name', { target: '/agents', token: 'agent' }, '200 aauth:planner@agent.example'],
    [
      'a caller without a credential is accepted on an optional route',
      { target: '/open', token: 'none' },
      '200 nobody',
    ],
  ],
}
