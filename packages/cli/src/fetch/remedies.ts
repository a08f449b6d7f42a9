import type { Problem } from './problem.ts'

/** Seconds by which clocks may differ without a signature being refused. */
const tolerance = 60

const anotherMission =
  'the mission does not cover this call any more or at all: propose another one with --mission "WHAT FOR"'
const unknownIssuer =
  'the API must trust the issuers of your tokens: in development set AAUTH_DEV for it and use devOptions() of @aauth-guard/core/dev'

/** For a call that the API kept, and of which nobody here knows whether it was run. */
export const heldRemedy = 'the API may have run the call: find out before you make it again'

/** What the agent can do about a refusal, by its code. */
const remedies: Readonly<Record<string, string>> = {
  invalid_jwt: unknownIssuer,
  unknown_key: unknownIssuer,
  issuer_missing: unknownIssuer,
  issuer_mismatch: unknownIssuer,
  expired_jwt: 'the token has expired: call again for a new one',
  revoked_jwt: 'the token was revoked: call again, and the person is asked anew',
  invalid_signature:
    'something between here and the API may change method, host or path: `npx @aauth-guard/cli doctor URL` looks for it',
  invalid_request: 'call the API by the host of its issuer, and send each field once',
  invalid_input: 'the signature must cover a field that was not sent: send it with -H',
  invalid_scope:
    'the API does not describe this scope: its /.well-known/aauth-resource.json lists those it has',
  mission_required: 'call under a mission: --mission "WHAT FOR"',
  mission_mismatch: anotherMission,
  mission_terminated: anotherMission,
  mission_not_found: anotherMission,
  access_denied:
    'the person or the API does not allow it: ask for more with --scope, or for another account or person',
  person_required:
    'the API wants a token that names a person: use an agent whose token names a person server',
  denied: 'the person declined: call again to ask once more',
  abandoned: 'the person left the page without deciding: call again to ask once more',
  expired: 'the person did not decide in time: call again to ask once more',
  revoked: 'the request, or the token with which it was made, was revoked: call again to ask once more',
  invalid_code: 'wrong codes ended the request: call again for another code',
  gone: 'the request has ended, and its outcome was told before: call again',
  user_unreachable: 'the person server has no way to ask the person',
  content_too_large: 'send less',
  rate_limited: 'call again later',
}

/**
 * What can be done at the terminal about a refusal.
 * @param isHeld whether it is the outcome of a call that the API kept
 */
export function remedyFor({ code, status, clockAhead = 0 }: Problem, isHeld = false): string | undefined {
  if (isHeld && status >= 500) return heldRemedy
  const concernsTime = code === 'invalid_signature' || code === 'clock_skew' || code === 'expired_jwt'
  if (concernsTime && Math.abs(clockAhead) > tolerance)
    return `the clock of the server is ${Math.abs(clockAhead)} s ${clockAhead > 0 ? 'ahead of' : 'behind'} the one of this machine: set the one that is wrong`
  if (code !== undefined && Object.hasOwn(remedies, code)) return remedies[code]
  if (code === undefined && status === 401)
    return 'the answer is not one of AAuth: another guard may stand before this route'
  return undefined
}
