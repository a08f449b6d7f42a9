import type { DecisionEvent } from '@aauth-guard/core'
import { type DecisionExplanation, explanations } from './explanations.ts'

const nothing = 'Nothing.'

const accepted: DecisionExplanation = {
  why: 'The signature and the token verify, and the token grants what the route requires.',
  agent: nothing,
  operator: nothing,
}

const acceptedStale: DecisionExplanation = {
  why: 'The signature and the token verify. A store did not answer, so the decision relies on its last answer, as "staleReads" allows.',
  agent: nothing,
  operator: 'Find out why the store does not answer. The stores are on this page.',
}

const acceptedOther: DecisionExplanation = {
  why: 'The request carries another credential that the route takes.',
  agent: nothing,
  operator: nothing,
}

const acceptedWithout: DecisionExplanation = {
  why: 'The request carries no credential, and the route lets such requests pass.',
  agent: nothing,
  operator: nothing,
}

const refusedOther: DecisionExplanation = {
  why: 'The request carries another credential that the route takes, and that credential was refused.',
  agent: 'Sign the request, or send a credential that is valid, as WWW-Authenticate says.',
  operator: 'Nothing. If the credential should be accepted, look at the function that verifies it.',
}

const unsigned: DecisionExplanation = {
  why: 'The request is not signed, which is how every agent begins.',
  agent: 'Sign the request with the kind of token that AAuth-Requirement names.',
  operator: nothing,
}

const methodNotAllowed: DecisionExplanation = {
  why: 'A route of the resource itself does not serve this method.',
  agent: 'Use a method that Allow lists.',
  operator: nothing,
}

const permanentFault: DecisionExplanation = {
  why: 'Nobody could decide, because of a fault that will not pass by itself.',
  agent: 'Do not try again.',
  operator:
    'Act on this one. The hint names what is wrong, which is usually in the order in which things are mounted.',
}

/** Why it was decided so, and who must do what. The hint of the event says more about this one request. */
export function explain({
  outcome,
  code,
  status,
  credential,
  scheme,
  stale,
}: Pick<
  DecisionEvent,
  'outcome' | 'code' | 'status' | 'credential' | 'scheme' | 'stale'
>): DecisionExplanation {
  if (code === undefined) {
    if (credential === 'other') return scheme === undefined ? acceptedWithout : acceptedOther
    return stale ? acceptedStale : accepted
  }
  if (code === 'invalid_signature' && credential === 'other') return refusedOther
  if (code === 'invalid_signature' && outcome === 'challenged') return unsigned
  if (code === 'invalid_request' && status === 405) return methodNotAllowed
  if (code === 'server_error' && status === 500) return permanentFault
  return explanations[code]
}
