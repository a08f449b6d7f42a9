import { s256 as mission } from '@aauth-guard/fixtures/missions'
import type { Suite } from './case.ts'

const read = { scope: 'notes.read' }

export const defaults: Suite = {
  about: 'what the resource requires by default',
  options: { require: { mission: 'required', person: 'required' } },
  cases: [
    [
      'a mission is required by a route that says nothing [MISS-10]',
      { target: '/notes', grant: read },
      '403 mission_required',
    ],
    [
      'a token with a mission and a person is served',
      { target: '/notes', grant: { ...read, mission } },
      '200 person-1 may notes.read',
    ],
    [
      'a token that names nobody is refused [AUTH-6]',
      { target: '/notes', grant: { ...read, mission, claims: { sub: undefined } } },
      '403 person_required',
      'mission-header',
    ],
    [
      'a person token without a mission leads to no resource token [MISS-10]',
      { target: '/notes', token: 'person' },
      '403 mission_required',
    ],
    [
      'an agent token is sent for a person token [CHAL-3]',
      { target: '/notes', token: 'agent' },
      '401 person_token_required',
    ],
    ['a route waives both by name', { target: '/agents', token: 'agent' }, '200 aauth:planner@agent.example'],
    [
      'a caller without credential passes where that is let',
      { target: '/open', token: 'none' },
      '200 nobody',
    ],
  ],
}
