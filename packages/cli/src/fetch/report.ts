import { withoutSecrets, withoutTokens } from '../terminal/secrets.ts'
import { shown, shownJson } from '../terminal/shown.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { Answered } from './api.ts'
import { readBody, shownBody } from './body-text.ts'
import { maxBody } from './caller.ts'
import type { FetchFailure } from './failure.ts'
import { readProblem } from './problem.ts'
import { remedyFor } from './remedies.ts'
import { readRequirement } from './requirement.ts'
import { fieldOf, type Received } from './send.ts'
import type { Hop } from './trace.ts'

export interface ReportOptions {
  readonly json: boolean
  readonly showSecrets: boolean
}

/** Shows the last answer. @returns the exit code */
export function reportAnswer(
  { received, isHeld }: Pick<Answered, 'received' | 'isHeld'>,
  hops: readonly Hop[],
  { json, showSecrets }: ReportOptions,
  terminal: Terminal,
  now: number,
): number {
  const { status, isCut } = received
  const body = readBody(received)
  if (json) {
    const names = [...new Set(received.headers.map(([name]) => name))]
    const headers = names.map((name) => {
      const value = fieldOf(received, name) as string
      return [name, showSecrets ? value : withoutSecrets(name, value)]
    })
    const content =
      body.text === undefined
        ? { body: null, body_base64: Buffer.from(received.body).toString('base64') }
        : { body: body.json !== undefined ? body.json : body.text === '' ? null : body.text }
    const cut = isCut ? { truncated: true } : {}
    printJson({ status, headers: Object.fromEntries(headers), ...content, ...cut, hops }, terminal)
  } else {
    const text = shownBody(body)
    if (text !== undefined) terminal.print(text)
    if (body.text === undefined)
      terminal.say(
        `aauth: the body is not text: ${received.body.length} octets, which --json shows in base64`,
      )
  }
  if (isCut) terminal.say(`aauth: the body is longer than ${maxBody / 1_048_576} MiB: the rest was not read`)
  const isDone = status >= 200 && status < 300 && !(status === 202 && readRequirement(received) !== undefined)
  if (!isDone) sayRefusal(received, isHeld, terminal, now)
  return isDone && !isCut ? 0 : 1
}

/** Says what went wrong before there was a last answer. @returns the exit code */
export function reportFailure(
  { message, remedy }: FetchFailure,
  hops: readonly Hop[],
  { json }: ReportOptions,
  terminal: Terminal,
): number {
  const error = withoutTokens(message)
  if (json) printJson({ error, hops }, terminal)
  terminal.say(`aauth: ${error}`)
  if (remedy !== undefined) terminal.say(`  ${withoutTokens(remedy)}`)
  return 1
}

/** Prints one line of JSON. */
export function printJson(value: unknown, terminal: Terminal): void {
  terminal.print(shownJson(JSON.stringify(value)))
}

function sayRefusal(received: Received, isHeld: boolean, terminal: Terminal, now: number): void {
  const problem = readProblem(received, now)
  const { status, code, detail } = problem
  const location = fieldOf(received, 'location')
  const says = [code, detail].flatMap((text) =>
    text === undefined ? [] : [withoutTokens(shown(text, 1024))],
  )
  terminal.say(`aauth: ${[`${received.url.origin} answered ${status}`, ...says].join(': ')}`)
  if (status >= 300 && status < 400 && location !== undefined)
    terminal.say(
      `  Location: ${shown(location)}\n  Redirects are not followed: call it yourself if you trust it.`,
    )
  const remedy = remedyFor(problem, isHeld)
  if (remedy !== undefined) terminal.say(`  ${remedy}`)
}
