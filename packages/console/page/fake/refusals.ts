import type { DecisionEvent } from '@aauth-guard/core'
import type { Explanation, Outcome } from '../model/protocol.ts'

/** A way in which a request of the fake world is not accepted. */
export interface Refusal {
  readonly code: NonNullable<DecisionEvent['code']>
  readonly outcome: Outcome
  readonly status: number
  readonly weight: number
  /** Whether the signature and the token verified before the refusal. */
  readonly verified: boolean
  readonly hint: string
  readonly explanation: Explanation
}

export const accepted: Explanation = {
  why: 'The signature and the token verified, and the route accepts this token.',
  agent: 'Nothing.',
  operator: 'Nothing.',
}

export const refusals: readonly Refusal[] = [
  {
    code: 'person_token_required',
    outcome: 'challenged',
    status: 401,
    weight: 40,
    verified: true,
    hint: 'the route needs a person token, and the request has an agent token',
    explanation: {
      why: 'The route needs to know the person, and the agent called with its agent token.',
      agent: 'Ask its person server for a person token for this resource, and call again.',
      operator: 'Nothing. This is the normal way in.',
    },
  },
  {
    code: 'auth_token_required',
    outcome: 'challenged',
    status: 401,
    weight: 30,
    verified: true,
    hint: 'the route needs the scope "notes.write", which no auth token of the request grants',
    explanation: {
      why: 'The route needs the scope "notes.write", and the request has a person token only.',
      agent:
        'Take the resource token of the answer to its person server, and call again with the auth token.',
      operator: 'Nothing. This is the normal way in.',
    },
  },
  {
    code: 'expired_jwt',
    outcome: 'refused',
    status: 401,
    weight: 24,
    verified: false,
    hint: '"exp" is 41 s in the past, and the clock skew allowed is 5 s',
    explanation: {
      why: 'The token expired 41 seconds before the request.',
      agent: 'Get a new token from its person server, and call again.',
      operator:
        'Nothing, if it is one agent. If many agents are refused, compare the clock of this host with a time server.',
    },
  },
  {
    code: 'invalid_signature',
    outcome: 'refused',
    status: 401,
    weight: 14,
    verified: false,
    hint: 'the signature base has "@authority": "api.internal:8080", and the agent signed another one',
    explanation: {
      why: 'The signature does not verify: the request arrived for the host "api.internal:8080", which is not the one that the agent signed.',
      agent: 'Nothing. It signed the host that it called.',
      operator:
        'Let the reverse proxy pass the Host header on, or list the public host in "authorities" of the resource.',
    },
  },
  {
    code: 'mission_terminated',
    outcome: 'refused',
    status: 403,
    weight: 10,
    verified: true,
    hint: 'the mission was terminated by its person: "budget used up"',
    explanation: {
      why: 'The mission of the token was terminated: "budget used up".',
      agent: 'Stop working under this mission. Ask its person for a new one if work remains.',
      operator: 'Nothing here. Look at the mission to see which tokens could still be used elsewhere.',
    },
  },
  {
    code: 'revoked_jwt',
    outcome: 'refused',
    status: 401,
    weight: 6,
    verified: false,
    hint: 'the token was revoked by its issuer',
    explanation: {
      why: 'The issuer revoked this token.',
      agent: 'Ask its person server for a new token, which may be denied.',
      operator: 'Nothing.',
    },
  },
  {
    code: 'mission_required',
    outcome: 'refused',
    status: 403,
    weight: 4,
    verified: true,
    hint: 'the route requires a mission, and the token has none',
    explanation: {
      why: 'This route accepts only tokens that carry a mission.',
      agent: 'Begin a mission with its person server, and get a token under it.',
      operator:
        'Nothing, unless the route was meant to be open without a mission: then remove "mission" from it.',
    },
  },
  {
    code: 'invalid_jwt',
    outcome: 'refused',
    status: 401,
    weight: 5,
    verified: false,
    hint: '"aud" is "https://notes.example", which is not an identifier of this resource',
    explanation: {
      why: 'The token is for the resource "https://notes.example" and not for this one.',
      agent: 'Ask for a token for the resource that it calls.',
      operator: 'If this resource should be known by that name too, set it as "issuer".',
    },
  },
  {
    code: 'server_error',
    outcome: 'failed',
    status: 503,
    weight: 2,
    verified: false,
    hint: 'stores.revocations did not answer within 250 ms',
    explanation: {
      why: 'Nobody could decide: the store "stores.revocations" did not answer within 250 ms.',
      agent: 'Wait as long as Retry-After says, and call again.',
      operator:
        'Look at the store "stores.revocations": whether it is reachable from this host, and how loaded it is.',
    },
  },
]
