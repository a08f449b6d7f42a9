/**
 * OPA as a policy server. Its REST API under `/v0/data` takes the input as it is and answers with the value of a rule as
 * it is, so a rule whose value is an AuthZEN decision (`notes.rego`) needs no code: limits, circuit breaker and failures
 * are those of `authzen`. The API under `/v1/data` wraps both, and is not what `authzen` speaks.
 */
import { type AuthzenCheck, authzen } from '@aauth-guard/core/authzen'

/**
 * @param origin such as `http://127.0.0.1:8181`
 * @param token for an OPA that was started with `--authentication=token`
 */
export function opa(origin: string, token?: string): AuthzenCheck {
  return authzen({
    pdp: `${origin}/v0/data/notes/authzen`,
    ...(token !== undefined && { credential: `Bearer ${token}` }),
  })
}
