import { PassThrough, Readable } from 'node:stream'
import { interactionPage, requireInteraction } from '@aauth-guard/core/managed'
import { answerRefusals, protect, wellKnown } from '@aauth-guard/express'
import express, { type RequestHandler } from 'express'
import { describe, expect, it } from 'vitest'
import { makeManagedScene, onCode, person } from './managed-scene.ts'
import { hopsOf, lineOf, type RunOptions } from './run-fetch.ts'
import { makeFolder, makeScene, type Scene, type SceneParts } from './scene.ts'

interface Asking extends Scene {
  /** The person arrives with the code, and asks. */
  ask(code: string): Promise<void>
  /** The answers of the agent so far. */
  answers(): Promise<readonly (string | undefined)[]>
  /** The person agrees. */
  agree(): Promise<void>
  /** `AAuth-Capabilities` of the calls. */
  readonly capabilities: unknown[]
}

const question = 'Which notes?'

/** An API on whose page the person asks the agent a question before they agree. */
async function makeAsking(): Promise<Asking> {
  let consent: string | undefined
  const scenes: SceneParts[] = []
  const capabilities: unknown[] = []
  const scene = await makeManagedScene((parts) => {
    scenes.push(parts)
    const { resource } = parts
    const asked = { scope: 'notes.read', consentOf: () => consent, lifetime: 60 }
    const requirement = requireInteraction(resource, { name: 'notes', accept: 'agent-token' }, asked)
    return express()
      .use(wellKnown(resource))
      .get('/notes', (req, _, next) => {
        capabilities.push(req.headers['aauth-capabilities'])
        next()
      })
      .get('/notes', protect(resource, requirement), (_, res) => void res.json(['a note']))
      .use(answerRefusals())
  })
  const page = interactionPage((scenes[0] as SceneParts).resource)
  let handle = ''
  return {
    ...{ ...scene, capabilities },
    async ask(code) {
      handle = (await page.redeemCode(code, { person })).handle
      await page.ask(handle, { person, question, options: ['all', 'those of today'], timeout: 30 })
    },
    answers: async () => (await page.read(handle, { person })).questions.map(({ answer }) => answer),
    async agree() {
      const decided = await page.complete(handle, { person })
      if ('consent' in decided) consent = decided.consent
    },
  }
}

/** Runs the command; the person asks at once, and agrees once `isTime` of a line of stderr. */
async function run(
  { fetch, clock, ask, agree, answers }: Asking,
  args: readonly string[],
  isTime: (line: string) => boolean,
  options: Partial<RunOptions> = {},
) {
  let told: readonly (string | undefined)[] = []
  const asks = onCode(clock, ask)
  const ran = await fetch('/notes', args, {
    ...options,
    onSay: (line) => {
      asks(line)
      if (isTime(line))
        clock.onNextWait(async () => {
          told = await answers()
          await agree()
        })
      options.onSay?.(line)
    },
  })
  return { ran, told }
}

const isAnswered = (line: string): boolean => line.startsWith('Answered: ')

describe('a question of the person at the API', () => {
  it('is answered with --answer, in a POST that covers its digest [DEFER-7, R11-217]', async () => {
    const scene = await makeAsking()
    const { ran, told } = await run(scene, ['--answer', 'those of today', '--json'], isAnswered)
    expect([lineOf(ran).body, told]).toEqual([['a note'], ['those of today']])
    expect(hopsOf(ran).map((hop) => hop.replace(/pending\/.*/, 'pending/ID'))).toEqual([
      '202 agent-token GET /notes',
      '202 agent-token GET /aauth/pending/ID',
      '202 agent-token POST /aauth/pending/ID',
      '200 agent-token GET /aauth/pending/ID',
      '200 agent-token GET /notes',
    ])
    expect(scene.capabilities[0]).toBe('interaction, clarification')
    expect(ran.err.split('\n').slice(1)).toEqual([
      `${scene.origin} asks the agent: ${question}`,
      '  - all',
      '  - those of today',
      'Answered: those of today',
    ])
  })

  it('is answered at the terminal by the next line that is typed', async () => {
    const scene = await makeAsking()
    const stdin = new PassThrough()
    const { ran, told } = await run(scene, ['--no-open'], isAnswered, {
      ...{ isInteractive: true, stdin },
      onSay: (line) => {
        if (line.startsWith('Type an answer')) stdin.write('all\nnot this\n')
      },
    })
    expect([ran.code, ran.out, told]).toEqual([0, '["a note"]', ['all']])
    expect([stdin.listenerCount('data'), stdin.isPaused()]).toEqual([0, true])
  })

  it('is left open by Enter alone, and is not asked again by the next poll', async () => {
    const scene = await makeAsking()
    const { clock, agree, answers } = scene
    const stdin = new PassThrough()
    let told: unknown
    const { ran } = await run(scene, ['--no-open'], () => false, {
      ...{ isInteractive: true, stdin },
      onSay: (line) => {
        if (!line.startsWith('Type an answer')) return
        stdin.write('\n')
        // The next poll gets the same question, and the one after that the decision.
        clock.onNextWait(async () =>
          clock.onNextWait(async () => {
            told = await answers()
            await agree()
          }),
        )
      },
    })
    expect([ran.code, ran.out, told]).toEqual([0, '["a note"]', [undefined]])
    expect(ran.err.split('\n').filter((line) => line.includes('asks the agent'))).toHaveLength(1)
  })

  it('is answered by a line that opens no page, although Enter opened one before', async () => {
    const scene = await makeAsking()
    const stdin = new PassThrough()
    const { ran, told } = await run(scene, [], isAnswered, {
      ...{ isInteractive: true, stdin, env: { ...scene.env, PATH: await makeFolder() } },
      onSay: (line) => {
        if (line.startsWith('Type an answer')) stdin.write('all\n')
      },
    })
    expect([told, ran.err.includes('press Enter to open it')]).toEqual([['all'], true])
    expect(ran.err).not.toContain('It could not be opened')
  })

  it('is left open if nothing is typed in the time that the API gives', async () => {
    const scene = await makeAsking()
    const stdin = new PassThrough()
    const { ran, told } = await run(scene, ['--no-open'], (line) => line.startsWith('Type an answer'), {
      ...{ isInteractive: true, stdin },
      onSay: (line) => {
        if (line.startsWith('Type an answer')) setImmediate(() => scene.clock.advance(30_000))
      },
    })
    expect([ran.code, told]).toEqual([0, [undefined]])
  })

  it('ends the call at --max-time if nothing is typed', async () => {
    const scene = await makeAsking()
    const stdin = new PassThrough()
    const { ran } = await run(scene, ['--no-open', '--max-time', '10'], () => false, {
      ...{ isInteractive: true, stdin },
      onSay: (line) => {
        if (line.startsWith('Type an answer')) setImmediate(() => scene.clock.advance(10_000))
      },
    })
    expect([ran.code, ran.err]).toEqual([1, expect.stringContaining('gave up after the 10 s of --max-time')])
  })

  it('is asked for once more at the terminal if the answer is too long', async () => {
    const scene = await makeAsking()
    const stdin = new PassThrough()
    const { ran, told } = await run(scene, ['--no-open'], isAnswered, {
      ...{ isInteractive: true, stdin },
      onSay: (line) => {
        if (line.startsWith('Type an answer')) stdin.write(`${'x'.repeat(4096)}\n`)
        if (line.startsWith('That is too long')) stdin.write('all\n')
      },
    })
    expect([ran.code, told]).toEqual([0, ['all']])
  })

  it('is polled on if the person decides before the answer arrives', async () => {
    const scene = await makeAsking()
    const stdin = new PassThrough()
    const { ran } = await run(scene, ['--no-open', '--json'], () => false, {
      ...{ isInteractive: true, stdin },
      onSay: (line) => {
        if (line.startsWith('Type an answer')) void scene.agree().then(() => stdin.write('all\n'))
      },
    })
    expect(
      hopsOf(ran)
        .map((hop) => hop.replace(/pending\/.*/, 'pending/ID'))
        .slice(2),
    ).toEqual([
      '400 agent-token POST /aauth/pending/ID',
      '200 agent-token GET /aauth/pending/ID',
      '200 agent-token GET /notes',
    ])
  })

  it.each<[string, readonly string[], Partial<RunOptions>]>([
    ['without a terminal', [], {}],
    [
      'where stdin is the content',
      ['-X', 'GET', '-d', '-'],
      { isInteractive: true, stdin: Readable.from(['x']) },
    ],
  ])('is not offered to be answered %s', async (_, args, options) => {
    const capabilities: unknown[] = []
    const { fetch } = await makeScene(() => (req, res) => {
      capabilities.push(req.headers['aauth-capabilities'])
      res.end()
    })
    await fetch('/', args, options)
    expect(capabilities).toEqual(['interaction'])
  })
})

describe('a question of an API that does not keep to the protocol', () => {
  const asks =
    (body: (asked: number) => object, answered: RequestHandler = (_, res) => void res.sendStatus(202)) =>
    () => {
      let asked = 0
      return express()
        .post('/', answered)
        .get('/', (_, res) => {
          res.status(202).set({ location: '/', 'aauth-requirement': 'requirement=clarification' })
          res.json(body(++asked))
        })
    }

  it('ends the call if nobody can answer, and the remedy is --answer', async () => {
    const { fetch, requests } = await makeScene(asks(() => ({ clarification: question })))
    const ran = await fetch('/')
    expect([ran.code, requests]).toEqual([1, ['GET /']])
    expect(ran.err).toContain('asks a question, and nobody is here to answer it')
    expect(ran.err).toContain('write the answer behind --answer')
  })

  it.each([{}, { clarification: 7 }, { clarification: '' }, { clarification: ['a'] }])(
    'ends the call if it is %j',
    async (body) => {
      const { fetch, requests } = await makeScene(asks(() => body))
      const ran = await fetch('/', ['--answer', 'x'])
      expect([ran.code, requests, ran.err]).toEqual([1, ['GET /'], expect.stringContaining('does not tell')])
    },
  )

  it('ends the call after five answers', async () => {
    const again: RequestHandler = (_, res) => void res.status(202).set('location', '/').json({})
    const { fetch, requests } = await makeScene(asks((asked) => ({ clarification: `${asked}?` }), again))
    const ran = await fetch('/', Array.from({ length: 9 }, (_, i) => ['--answer', `${i}`]).flat())
    expect([ran.code, requests.filter((one) => one === 'POST /').length]).toEqual([1, 5])
    expect(ran.err).toContain('asks more than 5 questions')
  })

  it('is shown escaped and cut, with no token whole', async () => {
    const token = `eyJ${'a'.repeat(40)}.${'b'.repeat(40)}.${'c'.repeat(40)}`
    const clarification = `\u001b[2J\u202e${token} ${'x'.repeat(5000)}`
    const options = [...Array(20).fill(`\u0007${'y'.repeat(500)}`), 7, {}]
    const { fetch } = await makeScene(asks(() => ({ clarification, options })))
    const { err } = await fetch('/')
    expect(err).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}]/u)
    expect(err.split('\n').some((line) => /\p{Cc}/u.test(line))).toBe(false)
    expect(err).toContain('\\u{1b}[2J\\u{202e}eyJaaaaa…')
    expect([err.includes(token), err.split('\n').filter((line) => line.startsWith('  - ')).length]).toEqual([
      false,
      10,
    ])
    expect(err.length).toBeLessThan(2048 + 10 * 280 + 500)
  })
})

describe('--answer', () => {
  it.each([
    ['', '--answer is empty: write the text that the API may read'],
    ['x'.repeat(4096), '--answer is too long: write less than 3996 octets'],
  ])('is refused if it cannot be sent', async (answer, message) => {
    const { fetch, requests } = await makeScene(() => (_, res) => res.end())
    const ran = await fetch('/', ['--answer', answer])
    expect([ran.code, ran.err, requests]).toEqual([2, `aauth: ${message}`, []])
  })
})
