import { quotedForTerminal } from '../../terminal/shown.ts'
import { type Answer, field } from '../answer.ts'
import { type Check, type Finding, finding } from '../check.ts'
import { unguarded } from '../examination.ts'

/** Where caches say that they answered. */
const cacheFields = ['x-cache', 'cf-cache-status', 'cache-status', 'x-cache-status', 'x-proxy-cache']
/** What is different in each answer that an API gives itself. */
const uniqueFields = ['x-request-id', 'request-id', 'x-correlation-id', 'x-amzn-requestid', 'traceparent']

/** Whether a cache keeps challenges, which hold tokens for one caller. */
export const challengeCache: Check = {
  name: 'challenge cache',
  async examine(examination) {
    if (!(await examination.isGuarded())) return { leftOut: unguarded }
    const first = await examination.unsigned()
    const second = await examination.api.prober.send()
    const sign = cacheSign(first) ?? cacheSign(second) ?? repeated(first, second)
    if (sign !== undefined)
      return finding(
        'error',
        'challenge-cached',
        `A cache answers in place of the API: the 401 has ${sign}.`,
        'Let the cache pass requests for this path through, and keep nothing that has Cache-Control: no-store.',
      )
    return cacheable(first)
  },
}

function cacheSign(answer: Answer): string | undefined {
  const age = field(answer, 'age')
  if (age !== undefined && Number(age) > 0) return `Age ${quotedForTerminal(age)}`
  for (const name of cacheFields) {
    const value = field(answer, name)
    if (value?.toLowerCase().includes('hit')) return `${name} ${quotedForTerminal(value)}`
  }
  return undefined
}

function repeated(first: Answer, second: Answer): string | undefined {
  for (const name of uniqueFields) {
    const value = field(first, name)
    if (value !== undefined && value === field(second, name))
      return `the same ${name} ${quotedForTerminal(value)} twice`
  }
  return undefined
}

function cacheable(answer: Answer): readonly Finding[] {
  const control = field(answer, 'cache-control')
  const says = (directive: string): boolean => (control ?? '').toLowerCase().includes(directive)
  if (says('no-store') || says('private')) return []
  return finding(
    'warning',
    'challenge-cacheable',
    control === undefined
      ? 'The 401 has no Cache-Control.'
      : `The 401 has Cache-Control ${quotedForTerminal(control)}.`,
    'Let the proxy keep Cache-Control: no-store of challenges: each holds a token for one caller.',
  )
}
