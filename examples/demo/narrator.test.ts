import { describe, expect, it } from 'vitest'
import { Narrator } from './narrator.ts'
import { painter, wrap } from './paint.ts'
import type { Facts, Outcome, Step } from './play.ts'

const told: Facts = { status: 401, error: 'invalid_jwt', body: { list: [1] } }
const failure = 'Step 1 "Somebody knocks." did not go as expected:'

/** What the narrator says of one step, and the lines it prints. */
async function narrate(play: () => Promise<Outcome>): Promise<[string | undefined, string[]]> {
  const lines: string[] = []
  const narrator = new Narrator(
    (line) => lines.push(line),
    (_, text) => text,
  )
  const step: Step = { who: 'Somebody knocks.', told, because: 'So it is.', play }
  return [await narrator.tell([], [{ title: 'Only act', intro: 'Intro.', steps: [step, step] }]), lines]
}

const answering = (facts: Facts) => async (): Promise<Outcome> => ({
  sent: ['GET /'],
  facts,
  log: ['a hint'],
})

describe('the narrator', () => {
  it('accepts a step with exactly the facts that were told', async () => {
    const [fault, lines] = await narrate(
      answering({ status: 401, error: 'invalid_jwt', body: { list: [1] } }),
    )
    expect(fault).toBeUndefined()
    expect(lines.slice(2, 12)).toEqual([
      '  Act 1 · Only act',
      '  Intro.',
      '',
      '  1 Somebody knocks.',
      '    → GET /',
      '    ← 401 invalid_jwt',
      '      body: { "list": [ 1 ] }',
      '      API’s own log: a hint',
      '    ✓ So it is.',
      '',
    ])
    expect(lines.at(-1)).toBe('  ✓ 2 steps, all of them as expected.')
  })

  it('sets apart further requests, the claims of a token, and each of several requests', async () => {
    const sent = ['GET /', 'jwt: eyJ…', '= auth token', '→ POST /token']
    const [, lines] = await narrate(async () => ({ sent, facts: { status: 200, asked: ['a', 'b'] } }))
    expect(lines.slice(6, 14)).toEqual([
      '    → GET /',
      '      jwt: eyJ…',
      '        = auth token',
      '    → POST /token',
      '    ← 200 OK',
      '      asked:',
      '        · a',
      '        · b',
    ])
  })

  it.each<[string, Facts, string]>([
    ['another status', { ...told, status: 200 }, 'status was 200, expected was 401'],
    ['another code', { ...told, error: 'expired_jwt' }, 'error was expired_jwt, expected was invalid_jwt'],
    [
      'another body',
      { ...told, body: { list: [] } },
      'body was { "list": [] }, expected was { "list": [ 1 ] }',
    ],
    [
      'a fact that is missing',
      { status: 401, error: 'invalid_jwt' },
      'body was nothing, expected was { "list": [ 1 ] }',
    ],
    ['an additional fact', { ...told, 'retry-after': '5' }, 'retry-after was 5, expected was nothing'],
  ])('stops when it finds %s', async (_, facts, difference) => {
    const [fault, lines] = await narrate(answering(facts))
    expect(fault).toBe(`${failure} ${difference}`)
    expect(lines.some((line) => line.startsWith('  2 '))).toBe(false)
    expect(lines.join('\n')).not.toContain('✓')
  })

  it('stops at a step that throws', async () => {
    const [fault] = await narrate(() => Promise.reject(new Error('no connection')))
    expect(fault).toBe(`${failure} Error: no connection`)
  })
})

describe('colours', () => {
  it.each<[boolean, string | undefined, string]>([
    [true, undefined, '\u001b[31mred\u001b[39m'],
    [true, '', '\u001b[31mred\u001b[39m'],
    [true, '1', 'red'],
    [false, undefined, 'red'],
  ])('on a terminal (%s) with NO_COLOR=%s', (isTerminal, noColour, painted) => {
    expect(painter(isTerminal, noColour)('red', 'red')).toBe(painted)
  })
})

describe('wrapping', () => {
  it.each([
    ['one two three', 7, ['one two', 'three']],
    ['one', 7, ['one']],
    ['', 7, ['']],
    ['abcdefghij k', 4, ['abcd', 'efgh', 'ij k']],
  ])('cuts "%s" at %i', (text, width, lines) => {
    expect(wrap(text, width)).toEqual(lines)
  })
})
