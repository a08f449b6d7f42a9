import { claims } from '../claim.ts'
import {
  base,
  listed,
  mission,
  olderGrantee,
  olderGranteeOfClass,
  otherMission,
  planner,
} from '../identities.ts'
import { agentToken, olderAuthToken, without } from '../tokens.ts'
import { splitLine } from '../wire.ts'

const ps = 'https://ps.example'
const header = { approver: ps, s256: mission }
const sending = (value: string) => ({ headers: { 'aauth-mission': value } })
const covered = [...base, 'aauth-mission']
const granted = { ...olderGrantee, mission: header, covered }

/** `AAuth-Mission` is what an agent asserts: it can spoil a request, and never grants anything. */
export const missionHeader = claims(
  'mission-header',
  { route: { scope: 'notes.read' }, token: olderAuthToken({ mission }) },
  {
    accept: {
      'mission-header-agrees': {
        title: 'AAuth-Mission may repeat the mission of the token',
        ids: 'MISS-1 MISS-7',
        send: { mission: header },
        auth: granted,
      },
      'mission-header-with-comma': {
        title: 'AAuth-Mission may be written with two members',
        ids: 'MISS-1',
        send: sending(`approver="${ps}", s256="${mission}"`),
        auth: granted,
      },
      'mission-header-in-other-order': {
        title: 'The two members of AAuth-Mission may be in any order',
        ids: 'MISS-1',
        send: sending(`s256="${mission}", approver="${ps}"`),
        auth: granted,
      },
      'mission-asserted-by-agent': {
        title: 'A mission that an agent only asserts is not in its identity',
        ids: 'MISS-4 MISS-13',
        route: { accept: 'agent-token' },
        token: agentToken(),
        send: { mission: header },
        auth: { ...planner, covered },
      },
      'mission-asserted-without-person-server': {
        title: 'An agent without person server may assert any mission',
        ids: 'MISS-5',
        route: { accept: 'agent-token' },
        agent: (net) => net.agent({ personServer: null }),
        token: agentToken(),
        send: { mission: header },
        auth: { ...without(planner, 'ps'), covered },
      },
      'mission-approved': {
        title: 'A mission of the approver and the provider that the route requires is accepted',
        ids: 'MISS-11 CLASS-1',
        route: {
          scope: 'notes.read',
          mission: { approver: ps },
          class: { provider: 'https://agent.example' },
        },
        resource: listed,
        auth: { ...olderGranteeOfClass, mission: header },
      },
    },
    refuse: {
      'mission-header-not-covered': {
        title: 'AAuth-Mission must be covered when it is sent',
        ids: 'SIG-10 L03',
        send: { mission: header, mistake: 'uncovered-mission' },
        error: 'invalid_input',
        requiredInput: covered,
      },
      'mission-header-not-covered-by-agent': {
        title: 'AAuth-Mission must be covered beside an agent token too',
        ids: 'SIG-10 L03',
        route: { accept: 'agent-token' },
        token: agentToken(),
        send: { mission: header, mistake: 'uncovered-mission' },
        error: 'invalid_input',
        requiredInput: covered,
      },
      'mission-header-with-another-mission': {
        title: 'AAuth-Mission must not contradict the mission in the token',
        ids: 'MISS-7 L03',
        send: { mission: { approver: ps, s256: otherMission } },
        error: 'invalid_request',
        mayFetch: true,
      },
      'mission-header-with-another-approver': {
        title: 'AAuth-Mission must not contradict the approver in the token',
        ids: 'MISS-7 MISS-12 L07',
        send: { mission: { approver: 'https://other.example', s256: mission } },
        error: 'invalid_request',
        mayFetch: true,
      },
      'mission-of-another-approver-asserted': {
        title: 'A mission with another approver than the person server of the agent must not be asserted',
        ids: 'MISS-5',
        route: { accept: 'agent-token' },
        token: agentToken(),
        send: { mission: { approver: 'https://other.example', s256: mission } },
        error: 'invalid_request',
        mayFetch: true,
      },
      'mission-header-in-both-spellings': {
        title: 'AAuth-Mission must not mix its two syntaxes',
        ids: 'MISS-1',
        send: sending(`approver="${ps}"; s256="${mission}", s256="${mission}"`),
        error: 'invalid_request',
        mayFetch: true,
      },
      'mission-header-with-further-member': {
        title: 'AAuth-Mission must not have further members',
        ids: 'MISS-1',
        send: sending(`approver="${ps}"; s256="${mission}", x=1`),
        error: 'invalid_request',
        mayFetch: true,
      },
      'mission-header-with-repeated-member': {
        title: 'AAuth-Mission must name its approver once',
        ids: 'MISS-1',
        send: sending(`approver="https://other.example", approver="${ps}"; s256="${mission}"`),
        error: 'invalid_request',
        mayFetch: true,
      },
      'mission-header-without-digest': {
        title: 'AAuth-Mission must name a mission',
        ids: 'MISS-1',
        send: sending(`approver="${ps}"`),
        error: 'invalid_request',
        mayFetch: true,
      },
      'mission-header-as-token': {
        title: 'The members of AAuth-Mission must be strings',
        ids: 'MISS-1',
        send: sending(`approver="${ps}"; s256=${mission}`),
        error: 'invalid_request',
        mayFetch: true,
      },
      'two-mission-headers': {
        title: 'AAuth-Mission must be one line',
        ids: 'MISS-1',
        send: {
          ...sending(`approver="${ps}"; s256="${mission}", approver="${ps}"; s256="${otherMission}"`),
          wire: splitLine('aauth-mission'),
        },
        error: 'invalid_request',
        mayFetch: true,
      },
      'mission-header-with-port': {
        title: 'The approver in AAuth-Mission must be a server identifier',
        ids: 'MISS-2 L07',
        route: { accept: 'agent-token' },
        agent: (net) => net.agent({ personServer: null }),
        token: agentToken(),
        send: { mission: { approver: `${ps}:443`, s256: mission } },
        error: 'invalid_request',
        mayFetch: true,
      },
      'mission-header-with-stray-bits': {
        title: 'The digest in AAuth-Mission must be canonical',
        ids: 'MISS-2',
        route: { accept: 'agent-token' },
        token: agentToken(),
        send: { mission: { approver: ps, s256: mission.replace(/k$/, 'l') } },
        error: 'invalid_request',
        mayFetch: true,
      },
    },
  },
)
