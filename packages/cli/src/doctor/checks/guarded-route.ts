import { quotedForTerminal } from '../../terminal/shown.ts'
import { type Answer, codeOf, field, isUnsignedChallenge } from '../answer.ts'
import { type Check, type Finding, finding } from '../check.ts'
import { isJson } from '../examination.ts'

/** What the URL answers to a request without a credential: a challenge of AAuth, or what else. */
export const guardedRoute: Check = {
  name: 'guarded route',
  async examine(examination) {
    const answer = await examination.unsigned()
    const { status } = answer
    if (status >= 200 && status < 300)
      return finding(
        'error',
        'unguarded',
        `The URL answers ${status} to a request without a credential.`,
        'Put the guard in front of the route, or name a URL that is guarded. A guard with "optional" lets such requests pass.',
      )
    if (status >= 300 && status < 400)
      return finding(
        'error',
        'redirected',
        `The URL answers ${status} and redirects to ${quotedForTerminal(field(answer, 'location') ?? '')}.`,
        'Let agents call the final URL. A signature holds for the URL that was signed, so no redirect can be followed.',
      )
    if (isUnsignedChallenge(answer)) return challengeFindings(answer)
    return unusualFindings(answer)
  },
}

/** What agents read first. */
const needed = ['AAuth-Requirement', 'Signature-Error']

/** A proxy may have taken lines away, or replaced the content. */
function challengeFindings(answer: Answer): readonly Finding[] {
  const missing = needed.find((name) => field(answer, name.toLowerCase()) === undefined)
  if (missing !== undefined) return incomplete(missing)
  if (isJson(answer) && answer.text.length > 0) return []
  return finding(
    'warning',
    'body-replaced',
    `The challenge has content of the type ${quotedForTerminal(field(answer, 'content-type') ?? 'none')} in place of a problem document.`,
    'Let the proxy pass the content of errors through (nginx: no "proxy_intercept_errors", no "error_page 401").',
  )
}

function incomplete(missing: string): readonly Finding[] {
  return finding(
    'error',
    'challenge-incomplete',
    `The challenge has no ${missing} line, so agents cannot see what is asked for.`,
    'Let the proxy pass AAuth-Requirement, Signature-Error, Accept-Signature-Scheme, Accept-Signature-Alg and Link of a 401 through (nginx "auth_request" drops them).',
  )
}

function unusualFindings(answer: Answer): readonly Finding[] {
  const { status } = answer
  const code = codeOf(answer)
  if (code === 'invalid_request')
    return finding(
      'error',
      'request-malformed',
      'The API finds a plain request malformed (invalid_request).',
      'Let the proxy send one Host line with a host name, each header line once, and the path and query as they came.',
    )
  if (status === 401 && code === 'invalid_signature') return incomplete('AAuth-Requirement')
  if (status === 429 || status >= 500)
    return finding(
      'error',
      'unavailable',
      `The URL answers ${status} to a request without a credential${code === undefined ? '' : ` (${quotedForTerminal(code)})`}.`,
      'Look into the log of the API, or of the proxy where the request did not get to it, and examine it again.',
    )
  return finding(
    'error',
    'not-aauth',
    `The URL answers ${status} to a request without a credential, and it is not a challenge of AAuth.`,
    'Name the URL of a guarded route. If it is one, something in front of the guard answers in its place.',
  )
}
