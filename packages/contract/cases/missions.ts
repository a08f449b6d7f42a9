import { s256 as mission } from '@aauth-guard/fixtures/missions'
import type { Suite } from './case.ts'

const ended = `${'B'.repeat(42)}A`
const approver = 'https://ps.example'
const asserted = { approver, s256: mission }

export const missions: Suite = {
  about: 'missions and classes',
  options: {
    stores: {
      tombstones: {
        add: () => 'recorded',
        find: ({ approver: by, s256 }) =>
          by === approver && s256 === ended ? { approver: by, s256, reason: 'revoked' } : undefined,
      },
    },
  },
  cases: [
    [
      'a mission that is only asserted is not heard of, after two guards [MISS-13, L03]',
      { target: '/heard', mission: asserted },
      '200 person-1 asserts nothing',
    ],
    [
      'a mission that is asserted and vouched for is not heard of either [MISS-13, L03]',
      { target: '/heard', grant: { mission }, mission: asserted },
      '200 person-1 asserts nothing',
    ],
    [
      'a runtime of the agent provider is served [CLASS-1]',
      { target: '/class', grant: { mission } },
      '200 person-1',
      'mission-header',
    ],
    [
      'a runtime of another agent provider is not [CLASS-3]',
      { target: '/class', grant: { mission, claims: { agent: 'aauth:planner@other-agent.example' } } },
      '403 class_mismatch',
      'mission-header',
    ],
    [
      'a runtime of nobody knows which agent provider is not [CLASS-2]',
      { target: '/class', grant: { mission } },
      '403 class_unverifiable',
      'person-token',
    ],
    ['a runtime without a mission is of no class [CLASS-1]', { target: '/class' }, '403 mission_required'],
    [
      'a runtime goes on with what another one of its class left [CLASS-1]',
      { target: '/runs', grant: { mission } },
      '200 person-1',
      'mission-header',
    ],
    [
      'a runtime of another agent provider does not go on [CLASS-3]',
      { target: '/runs', grant: { mission, claims: { agent: 'aauth:planner@other-agent.example' } } },
      '403 class_mismatch',
      'mission-header',
    ],
    [
      'a runtime does not go on with what was left for a person of another generation [CLASS-4]',
      { target: '/runs', grant: { mission } },
      '403 access_denied',
      'person-token',
    ],
    [
      'a runtime in another mission does not go on [MISS-11]',
      { target: '/runs', grant: { mission: `${'C'.repeat(42)}A` } },
      '403 mission_mismatch',
    ],
    ['a runtime without a mission does not go on [MISS-11]', { target: '/runs' }, '403 mission_mismatch'],
    [
      'a runtime does not go on under a mission that it only asserts [MISS-4]',
      { target: '/runs', mission: asserted },
      '403 mission_mismatch',
    ],
    [
      'a mission that has ended opens nothing [MISS-9]',
      { grant: { mission: ended } },
      '403 mission_terminated',
    ],
    [
      'a mission that has ended and is only asserted is not spoken of [MISS-9]',
      { mission: { approver, s256: ended } },
      '200 person-1',
    ],
  ],
}
