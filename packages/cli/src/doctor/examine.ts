import { quotedForTerminal } from '../terminal/shown.ts'
import type { Check, Finding } from './check.ts'
import { challengeCache } from './checks/challenge-cache.ts'
import { clock } from './checks/clock.ts'
import { contentDigest } from './checks/content-digest.ts'
import { guardedRoute } from './checks/guarded-route.ts'
import { headerLines } from './checks/header-lines.ts'
import { http2 } from './checks/http2.ts'
import { issuer } from './checks/issuer.ts'
import { jwksUri } from './checks/jwks-uri.ts'
import { keys } from './checks/keys.ts'
import { metadata } from './checks/metadata.ts'
import { method } from './checks/method.ts'
import { processes } from './checks/processes.ts'
import { query } from './checks/query.ts'
import { reachable } from './checks/reachable.ts'
import { resourceToken } from './checks/resource-token.ts'
import { revocationEndpoint } from './checks/revocation-endpoint.ts'
import { signatureLines } from './checks/signature-lines.ts'
import { signedRequest } from './checks/signed-request.ts'
import type { Examination } from './examination.ts'
import { NoAnswerError, RefusedAddressError, RequestLimitError } from './prober.ts'

/** In this order: what explains others comes before them. */
const checks: readonly Check[] = [
  guardedRoute,
  metadata,
  issuer,
  jwksUri,
  keys,
  revocationEndpoint,
  challengeCache,
  clock,
  signatureLines,
  signedRequest,
  method,
  headerLines,
  contentDigest,
  query,
  resourceToken,
  http2,
  processes,
]

/** What an examination came to. */
export interface Report {
  readonly url: string
  /** How many were sent. */
  readonly requests: number
  readonly findings: readonly Finding[]
  /** Checks that did not run. */
  readonly leftOut: readonly { readonly check: string; readonly because: string }[]
}

/** Runs all checks, one after the other. */
export async function examine(examination: Examination): Promise<Report> {
  const { target, prober } = examination.api
  const findings: Finding[] = []
  const leftOut: Report['leftOut'][number][] = []
  const run = async (check: Check): Promise<void> => {
    const outcome = await outcomeOf(check, examination)
    if ('leftOut' in outcome) leftOut.push({ check: check.name, because: outcome.leftOut })
    // Two checks may come upon the same.
    else findings.push(...outcome.filter(({ id }) => !findings.some((known) => known.id === id)))
  }
  await run(reachable)
  if (findings.length === 0) for (const check of checks) await run(check)
  else leftOut.push(...checks.map(({ name }) => ({ check: name, because: 'nobody answers' })))
  return { url: target.url, requests: prober.requests, findings, leftOut }
}

async function outcomeOf(check: Check, examination: Examination): ReturnType<Check['examine']> {
  try {
    return await check.examine(examination)
  } catch (error) {
    if (error instanceof RequestLimitError) return { leftOut: `${error.message} before it` }
    if (error instanceof RefusedAddressError) return { leftOut: error.message }
    if (!(error instanceof NoAnswerError)) throw error
    return [
      {
        id: 'unanswered',
        severity: 'error',
        found: `The check "${check.name}" got no answer: ${quotedForTerminal(error.message)}.`,
        remedy:
          'See whether the API or the proxy ends connections, or answers some requests slower than in 3 s.',
      },
    ]
  }
}
