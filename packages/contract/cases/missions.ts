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
      'a mission that is only asserted is not visible to the handler, after two guards [MISS-13, L03]',
      { target: '/heard', mission: asserted },
      '200 person-1 asserts nothing',
    ],
    [
      'a mission that is asserted and in the token is not visible as a header either [MISS-13, L03]',
      { target: '/heard', grant: { mission }, mission: asserted },
      '200 person-1 asserts nothing',
    ],
    [
      'a runtime of the agent provider is accepted [CLASS-1]',
      { target: '/class', grant: { mission } },
      '200 person-1',
      'mission-header',
    ],
    [
      'a runtime of another agent provider is refused [CLASS-3]',
      { target: '/class', grant: { mission, claims: { agent: 'aauth:planner@other-agent.example' } } },
      '403 class_mismatch',
      'mission-header',
    ],
    [
      'a runtime of an unverifiable agent provider is refused [CLASS-2]',
      { target: '/class', grant: { mission } },
      '403 class_unverifiable',
      'person-token',
    ],
    [
      'a runtime without a mission is refused on a route of a class [CLASS-1]',
      { target: '/class' },
      '403 mission_required',
    ],
    [
      'a runtime resumes a grant of another runtime of its class [CLASS-1]',
      { target: '/runs', grant: { mission } },
      '200 person-1',
      'mission-header',
    ],
    [
      'a runtime of another agent provider cannot resume a grant [CLASS-3]',
      { target: '/runs', grant: { mission, claims: { agent: 'aauth:planner@other-agent.example' } } },
      '403 class_mismatch',
      'mission-header',
    ],
    [
      'a runtime cannot resume a grant for a person of another generation [CLASS-4]',
      { target: '/runs', grant: { mission } },
      '403 access_denied',
      'person-token',
    ],
    [
      'a runtime in another mission cannot resume a grant [MISS-11]',
      { target: '/runs', grant: { mission: `${'C'.repeat(42)}A` } },
      '403 mission_mismatch',
    ],
    [
      'a runtime without a mission cannot resume a grant [MISS-11]',
      { target: '/runs' },
      '403 mission_mismatch',
    ],
    [
      'a runtime cannot resume a grant by asserting its mission [MISS-4]',
      { target: '/runs', mission: asserted },
      '403 mission_mismatch',
    ],
    ['a terminated mission is refused [MISS-9]', { grant: { mission: ended } }, '403 mission_terminated'],
    [
      'a terminated mission that is only asserted is not disclosed [MISS-9]',
      { mission: { approver, s256: ended } },
      '200 person-1',
    ],
  ],
}
