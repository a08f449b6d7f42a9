import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { explain } from '../src/explain/explain.ts'
import { explanations } from '../src/explain/explanations.ts'

const source = readFileSync(new URL('../../core/src/errors/error-codes.ts', import.meta.url), 'utf8')
const [union = ''] = source.split('export type RequirementName')
const codes = [...union.matchAll(/^ {2}\| '([a-z_]+)'$/gm)].map(([, code = '']) => code)

describe('explanations of decisions', () => {
  it('cover every error code of core, and no other one', () => {
    expect(codes.length).toBeGreaterThan(25)
    expect(Object.keys(explanations).sort()).toEqual([...codes].sort())
  })

  it('say for every code why, what the agent must do and what the operator must do, in sentences', () => {
    const texts = Object.entries(explanations).flatMap(([code, { why, agent, operator }]) =>
      [why, agent, operator].map((text) => [code, text] as const),
    )
    expect(texts.filter(([, text]) => !/^["A-Z].*\.$/.test(text))).toEqual([])
  })

  it.each([
    [{ outcome: 'accepted', credential: 'aauth' }, /grants what the route requires/],
    [{ outcome: 'accepted', credential: 'aauth', stale: true }, /staleReads/],
    [{ outcome: 'accepted', credential: 'other', scheme: 'Bearer' }, /another credential/],
    [{ outcome: 'accepted', credential: 'other' }, /no credential/],
    [{ outcome: 'challenged', credential: 'aauth', code: 'invalid_signature', status: 401 }, /not signed/],
    [{ outcome: 'refused', credential: 'other', code: 'invalid_signature', status: 401 }, /was refused/],
    [{ outcome: 'refused', credential: 'aauth', code: 'invalid_signature', status: 401 }, /too old/],
    [{ outcome: 'refused', credential: 'aauth', code: 'invalid_request', status: 405 }, /method/],
    [{ outcome: 'failed', credential: 'aauth', code: 'server_error', status: 500 }, /not pass by itself/],
    [{ outcome: 'failed', credential: 'aauth', code: 'server_error', status: 503 }, /store failed/],
  ] as const)('explain %j', (event, why) => {
    expect(explain(event).why).toMatch(why)
  })
})
