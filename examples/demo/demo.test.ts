import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { ExchangeMisbehaviour } from '@aauth-guard/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import { patientTimers } from '../../scripts/patient-timers-path.ts'
import { personAtTheApiAct } from './acts/person-at-the-api.ts'
import { Narrator } from './narrator.ts'
import { type Act, falsify } from './play.ts'
import { runDemo } from './run.ts'
import { type Adapter, adapters } from './runs-api/adapters.ts'
import { openStage, type Stage } from './stage.ts'
import { prologue, story } from './story.ts'
import { simulatedTime } from './time.ts'

const steps = 124

/** Runs the demo as `npx pnpm@12 demo` does, in a process of its own. */
async function runProgram(...args: string[]): Promise<{ status: number; lines: string[] }> {
  const program = join(import.meta.dirname, 'main.ts')
  const given = ['--import', patientTimers, program, ...args]
  const { stdout } = await promisify(execFile)(process.execPath, given)
  return { status: 0, lines: stdout.split('\n') }
}

/** Runs it in this process. */
async function run(...args: string[]): Promise<{ status: number; lines: string[] }> {
  const lines: string[] = []
  const status = await runDemo(
    args,
    (line) => lines.push(line),
    (_, text) => text,
    simulatedTime,
  )
  return { status, lines }
}

/** Plays the story in this process, with something changed before. */
async function play(
  change: (acts: Act[], stage: Stage) => Act[],
): Promise<{ failure: string | undefined; lines: string[] }> {
  const stage = await openStage('express', simulatedTime)
  const lines: string[] = []
  try {
    const narrator = new Narrator(
      (line) => lines.push(line),
      (_, text) => text,
    )
    return { failure: await narrator.tell(prologue(stage), change(story(stage), stage)), lines }
  } finally {
    await stage.close()
  }
}

describe('the short demo', () => {
  let told: Awaited<ReturnType<typeof run>>
  beforeAll(async () => {
    told = await runProgram()
  })

  it('tells at most 15 steps, reports that all went as expected, and names the long form', () => {
    const numbered = told.lines.filter((line) => /^ {1,2}\d+ /.test(line))
    expect(numbered.length).toBeLessThanOrEqual(15)
    expect(told.lines.filter((line) => line.startsWith('    ✓ '))).toHaveLength(numbered.length)
    expect(told.lines.at(-3)).toBe(`  ✓ ${numbered.length} steps, all of them as expected.`)
    expect(told.lines.at(-2)).toMatch(/ npx pnpm@12 demo --all$/)
  })

  it('explains AAuth and shows the one line of middleware before the first step', () => {
    const before = told.lines.slice(0, told.lines.indexOf('  Act 1 · Who gets in'))
    expect(before[1]).toMatch(/^ {2}AAuth lets AI agents call an API without API keys\./)
    expect(before).toContain("  app.get('/notes', protect(resource, { scope: 'notes.read' }), handler)")
  })

  it('prints no line longer than 100 columns', () => {
    expect(told.lines.filter((line) => line.length >= 100)).toEqual([])
  })

  it.each([
    ['The planner comes back with the auth token', '    ← 200 OK'],
    ['A thief has the token, but not the key', '    ← 401 invalid_signature'],
    ['changes /notes/7 to /notes/8', '    ← 401 invalid_signature'],
    ['A server that the API does not trust', '    ← 401 invalid_jwt'],
    ['starts a run at runs.example under the mission', '    ← 201 Created'],
    ['until it is refused', '    ← 403 mission_terminated'],
  ])('tells "%s" and its outcome', (who, answer) => {
    const at = told.lines.findIndex((line) => line.includes(who))
    expect(at).not.toBe(-1)
    expect(told.lines.slice(at).find((line) => line.startsWith('    ← '))).toBe(answer)
  })

  it('goes as expected on every adapter', async () => {
    for (const adapter of ['koa', 'hono', 'fetch']) {
      const { status, lines } = await run('--adapter', adapter)
      expect([status, lines.at(-2)]).toEqual([0, '  ✓ 14 steps, all of them as expected.'])
    }
  })

  it.each([1, 8, 12, 14])(
    'exits with 1 and names step %i when that step does not go as expected',
    async (number) => {
      const { status, lines } = await run('--falsify', String(number))
      expect(status).toBe(1)
      expect(lines.some((line) => line.startsWith(`  ✗ Step ${number} "`))).toBe(true)
      expect(lines.join('\n')).not.toContain('all of them as expected')
    },
  )
})

describe('the whole demo', () => {
  let told: Awaited<ReturnType<typeof run>>
  beforeAll(async () => {
    told = await runProgram('--all')
  })

  /** The lines of a step, without their margins. */
  function stepOf(who: string): string[] {
    const at = told.lines.findIndex((line) => line.includes(who))
    const lines = told.lines.slice(at)
    return lines.slice(0, lines.indexOf('')).map((line) => line.trim())
  }

  it('exits with 0 when every step went as expected', () => {
    expect(told.status).toBe(0)
    expect(told.lines.at(-2)).toBe(`  ✓ ${steps} steps, all of them as expected.`)
  })

  it('prints no line longer than 100 columns, and no colours when stdout is not a terminal', () => {
    expect(told.lines.filter((line) => line.length >= 100)).toEqual([])
    expect(told.lines.join('')).not.toContain('\u001b')
  })

  it.each([
    ['Somebody asks for the notes', '    ← 401 invalid_signature'],
    ['the token of its provider', '    ← 200 OK'],
    ['With the same token it asks for the notes', '    ← 401 person_token_required'],
    ['asks ps.example, Ada’s person server', '    ← 200 OK'],
    ['comes back to the API with the person token', '    ← 401 auth_token_required'],
    ['carries the question to ps.example', '    ← 200 OK'],
    ['The planner adds a note, with the token that is for reading', '    ← 401 auth_token_required'],
    ['The planner adds the note with the wider token', '    ← 201 Created'],
    ['rogue.example tells the API', '    ← 403 unsupported_iss'],
    ['ps.example withdraws the wider token', '    ← 200 OK'],
    ['The planner asks for the notes with the withdrawn token', '    ← 401 revoked_jwt'],
    ['The planner asks for them with the narrower token', '    ← 200 OK'],
    ['names the mission that it acts in', '    ← 401 auth_token_required'],
    ['comes back with the auth token', '    ← 200 OK'],
    ['The courier adds a note, with the token that is for reading', '    ← 401 auth_token_required'],
    ['The courier asks for the notes with the withdrawn token', '    ← 401 revoked_jwt'],
    ['which passes it on to as.example', '    ← 200 OK'],
    ['ps.example grants the same by itself', '    ← 401 invalid_jwt'],
    ['goes it without being told', '    ← 201 Created'],
    ['as.example withdraws the token', '    ← 200 OK'],
    ['The planner asks for the notes once more', '    ← 401 revoked_jwt'],
    ['The courier asks for the notes once more', '    ← 401 revoked_jwt'],
    ['names another mission', '    ← 400 invalid_request'],
    ['changes /notes/7 to /notes/8', '    ← 401 invalid_signature'],
    ['signed 61 seconds ago', '    ← 401 invalid_signature'],
    ['but not the key', '    ← 401 invalid_signature'],
    ['made for bank.example', '    ← 401 invalid_jwt'],
    ['does not trust', '    ← 401 invalid_jwt'],
    ['The agent adds a note', '    ← 201 Created'],
    ['arrives a second time', '    ← 401 invalid_signature'],
    ['leaves the body out', '    ← 401 invalid_input'],
    ['swaps the body', '    ← 401 invalid_signature'],
    ['A first runtime of the planner wants to start a run', '    ← 401 person_token_required'],
    ['With it, it asks for a run', '    ← 401 auth_token_required'],
    ['A second runtime of the planner joins', '    ← 200 OK'],
    ['The first one dies', '    ← 200 OK'],
    ['tools.example takes a step of the run', '    ← 200 OK'],
    ['linked-key', '    ← 403 class_unverifiable'],
    ['tools.example does the same', '    ← 403 class_mismatch'],
    ['In that mission it comes to the run', '    ← 403 mission_mismatch'],
    ['It comes without any mission', '    ← 403 mission_required'],
    ['until it is refused', '    ← 403 mission_terminated'],
    ['The second runtime goes on, with its token', '    ← 403 mission_terminated'],
    ['for another token under the mission', '    ← 403 mission_terminated'],
    ['A second runtime of the courier joins', '    ← 200 OK'],
    ['scout@rival.example, of another provider', '    ← 403 class_mismatch'],
    ['The courier asks for a step with its agent token', '    ← 401 auth_token_required'],
    ['an agent without a person server, asks for a balance', '    ← 202 Accepted'],
    ['Ada signs in at her bank and enters the code', '    ← 200 OK'],
    ['Mallory, another customer', '    ← 404 not_found'],
    ['It asks for the balance with the session', '    ← 200 OK'],
    ['A thief has the session value', '    ← 403 access_denied'],
    ['With the person token it orders a payment', '    ← 202 Accepted'],
    ['The planner polls with the auth token', '    ← 201 Created'],
    ['so the planner polls once more', '    ← 201 Created'],
    ['polls for it with the same auth token', '    ← 202 Accepted'],
    ['follows the responses without help', '    ← 201 Created'],
    ['Ada disconnects her agents', '    ← 200 OK'],
    ['asks for the balance with its session', '    ← 403 access_denied'],
    ['Ada agrees as soon as she sees the code', '    ← 200 OK'],
  ])('tells "%s" and its outcome', (who, answer) => {
    const at = told.lines.findIndex((line) => /^ {0,2}\d+ /.test(line) && line.includes(who))
    expect(at).not.toBe(-1)
    expect(told.lines.slice(at).find((line) => line.startsWith('    ← '))).toBe(answer)
  })

  it('shows the lines that the API writes to its own log', () => {
    const logged = told.lines.filter((line) =>
      line.startsWith('      API’s own log: the request is not signed'),
    )
    expect(logged).not.toEqual([])
  })

  it('exits with 1 and names the step that was falsified', async () => {
    const { status, lines } = await run('--all', '--falsify', '17')
    expect(status).toBe(1)
    expect(lines.join('\n')).toContain(
      '✗ Step 17 "A thief has the token, but not the key." did not go as expected',
    )
    expect(lines.some((line) => line.startsWith(' 18 '))).toBe(false)
  })

  it('shows the requests between the servers and what each of them carries', () => {
    const lines = stepOf('which passes it on to as.example')
    const from = lines.indexOf('→ POST as.example/auth-token (from ps.example)')
    expect(lines.slice(from + 1, lines.indexOf('← 200 OK'))).toEqual([
      'signature-key: sig=jwks_uri;id="https://ps.example";dwk="aauth-person.json";kid="key-1"',
      'resource_token: eyJ…',
      '= resource token: iss team.example, aud as.example, ps ps.example, sub ada-at-team,',
      'scope notes.read',
      'presented_token: eyJ…',
      '= person token: iss ps.example, aud team.example, sub ada-at-team',
      'agent_token: eyJ…',
      '= agent token: iss agent.example, ps ps.example, sub aauth:planner@agent.example',
    ])
  })

  it('shows the signed request by which the API asks whether the mission is active', () => {
    const lines = stepOf('With it, it asks for a run')
    const from = lines.indexOf('→ POST ps.example/mission-control/MAIL (from runs.example)')
    // What a slow machine makes stale is asked again.
    expect(lines.slice(from + 1, from + 4)).toEqual([
      'signature-key:',
      'sig=jwks_uri;id="https://runs.example";dwk="aauth-resource.json";kid="api-1"',
      'action: status',
    ])
  })

  it.each([
    ['The two of them work on the run at the same time', 'steps', 2],
    ['It shows the token of its provider once', 'result', 2],
  ])('shows each request of a step with several, where "%s"', (who, path, count) => {
    const requests = stepOf(who).filter((line) => line.startsWith('→ POST runs.'))
    expect(requests).toEqual(Array(count).fill(`→ POST runs.example/runs/run-1/${path}`))
  })

  it('prints, for each generation, how long after the termination of the mission the API refused', () => {
    const refusals = told.lines.filter((line) => /Refused \d\.\d\d s after Ada ended it/.test(line))
    expect(refusals).toHaveLength(2)
  })

  it('shows missions by name, because their digests differ in every run', () => {
    const lines = told.lines.filter((line) => /[A-Za-z0-9_-]{43}/.test(line))
    expect(lines).toEqual([])
  })

  it('does not begin with an adapter that does not exist', async () => {
    await expect(run('--adapter', 'fastify')).rejects.toThrow('there is no adapter fastify')
  })

  it.each([
    ['ps.example withdraws the wider token', ['jti', 'exp']],
    ['classic-ps.example withdraws the wider token', ['iss', 'jti']],
  ])('shows the claims that a revocation names, where %s', (who, members) => {
    const said = stepOf(who).map((line) => line.split(':')[0])
    expect(said.filter((name) => /^(iss|jti|exp)$/.test(name ?? ''))).toEqual(members)
  })

  it('revokes the wider one of the tokens that as.example has issued', () => {
    expect(stepOf('The planner asks for the notes once more')).toContain('notes.read notes.write')
  })

  it('does not begin when the step to falsify does not exist', async () => {
    await expect(run('--all', '--falsify', String(steps + 1))).rejects.toThrow(`there are ${steps} steps`)
  })

  it.each([1, 9, 31, 78, steps])('fails when step %i does not go as expected', async (number) => {
    const { failure, lines } = await play((acts) => falsify(acts, number))
    expect(failure).toMatch(
      new RegExp(`^Step ${number} ".*" did not go as expected: told wrongly was nothing, expected was true$`),
    )
    expect(lines.join('\n')).not.toContain('all of them as expected')
  })

  it.each<['ps' | 'as', ExchangeMisbehaviour, string]>([
    ['ps', 'deny', '4 "The planner asks ps.example, Ada’s person server, for a person token."'],
    ['ps', 'other-key', '6 "The planner carries the question to ps.example, and Ada says yes."'],
    ['ps', 'broader-scope', '6 "The planner carries the question to ps.example, and Ada says yes."'],
    ['as', 'other-person', '48 "The planner carries it to ps.example, which passes it on to as.example."'],
  ])('stops when the server "%s" misbehaves: %s', async (server, misbehaviour, step) => {
    const { failure } = await play((acts, stage) => {
      stage[server].policy.misbehaviour = misbehaviour
      return acts
    })
    expect(failure?.startsWith(`Step ${step} did not go as expected: `)).toBe(true)
  })

  it('names the fault when a token is bound to another key', async () => {
    const { failure } = await play((acts, stage) => {
      stage.ps.policy.misbehaviour = 'other-key'
      return acts
    })
    expect(failure).toMatch(/: bound to the agent’s key was false, expected was true$/)
  })

  it('names the Retry-After of the answer when the agent provider fails', async () => {
    const { failure } = await play((acts, { net }) => {
      net.agentProvider.misbehave('server-error')
      return acts
    })
    expect(failure).toMatch(/^Step 2 .*: status was 503, .* retry-after was \d+, expected was nothing/)
  })

  it.each(Object.keys(adapters) as Adapter[])('plays the act at the bank on %s', async (adapter) => {
    const stage = await openStage(adapter, simulatedTime)
    try {
      const narrator = new Narrator(
        () => undefined,
        (_, text) => text,
      )
      expect(await narrator.tell([], [personAtTheApiAct(stage)])).toBe(undefined)
      expect(stage.bank.ledger).toEqual([
        { to: 'the landlord', amount: 900 },
        { to: 'the landlord', amount: 50 },
      ])
    } finally {
      await stage.close()
    }
  })

  it('fails for every single step that does not go as expected', async () => {
    const stage = await openStage('express', simulatedTime)
    const passed: string[] = []
    try {
      for (const { title, intro, steps } of story(stage)) {
        for (const step of steps) {
          const narrator = new Narrator(
            () => undefined,
            (_, text) => text,
          )
          const failure = await narrator.tell([], falsify([{ title, intro, steps: [step] }], 1))
          if (!failure?.endsWith('did not go as expected: told wrongly was nothing, expected was true'))
            passed.push(`${step.who} ${failure}`)
        }
      }
    } finally {
      await stage.close()
    }
    expect(passed).toEqual([])
  })
})
