import { assert } from '../assert/assert.ts'
import { AAuthError } from '../errors/aauth-error.ts'
import { quoted } from '../wire/quoted.ts'
import { assertOpen, expired, findPage } from './arrive.ts'
import { maxClarifications } from './clarification.ts'
import type { Deciding } from './decide.ts'
import type { ManagedContext } from './managed-context.ts'
import { contended, type FoundPending, maxConflicts, quotaIsFull } from './pending-records.ts'
import { openQuestion } from './pending-request.ts'

/** A question to the agent. */
export interface Asking extends Deciding {
  /** 1 to 2048 characters. */
  readonly question: string
  /** Answers to choose from: 10 at most, of 1 to 256 characters. */
  readonly options?: readonly string[] | undefined
  /** Seconds that the agent is given. */
  readonly timeout?: number | undefined
}

/** DEFER-7: the agent is told with its next poll. */
export async function askAgent(managed: ManagedContext, handle: string, by: Asking): Promise<void> {
  const { pending, polls, state } = managed
  const { question, options = [], timeout = null } = by
  assertTexts([question], 2048, 'question')
  assert(options.length <= 10, `"options" has ${options.length} members: offer 10 at most`)
  assertTexts(options, 256, 'options')
  assert(
    timeout === null || (Number.isInteger(timeout) && timeout > 0),
    `"timeout" is ${quoted(timeout)}: write a positive integer of seconds`,
  )
  for (let attempt = 0; attempt < maxConflicts; attempt++) {
    const found: FoundPending = await findPage(managed, handle, by.person)
    assertOpen(found)
    const { request } = found
    if (state.settings.now() >= request.expires) throw expired()
    if (request.clarifications.length >= maxClarifications)
      throw new AAuthError('rate_limited', { hint: `${maxClarifications} questions were asked` })
    if (!request.answersQuestions || openQuestion(request) !== undefined)
      throw new AAuthError('invalid_request', {
        hint: 'the agent does not list the capability "clarification", or has not answered the last question',
      })
    const asked = { question, options: [...options], timeout, answer: null }
    const next = { ...request, clarifications: [...request.clarifications, asked] }
    const verdict = await pending.replace(found, next)
    if (verdict === 'full') throw quotaIsFull()
    if (verdict !== 'replaced') continue
    return polls.wake(found.id)
  }
  throw contended()
}

function assertTexts(texts: readonly string[], max: number, name: string): void {
  assert(
    texts.every((text) => typeof text === 'string' && text.length > 0 && text.length <= max),
    `"${name}" contains a text that does not have 1 to ${max} characters: shorten it`,
  )
}
