import { AAuthError, type Caller, type SignedRequest } from '@aauth-guard/core'
import type { BoundState, BoundStates } from '../bound/bound-states.ts'
import { isOwner, ownerOf } from '../bound/owner.ts'
import type { Named } from '../message/named.ts'
import {
  type CallMessage,
  type ClientMessage,
  invalidParams,
  invalidRequest,
  isCall,
  isObject,
  MessageFault,
  sessionNotFound,
  stringParam,
} from '../message/read-message.ts'
import { openState } from '../outgoing/request-state.ts'
import { entriesFor, type Needs } from '../tables/entries-for.ts'
import type { Entry } from '../tables/entry.ts'
import type { Decisions } from './decisions.ts'
import type { Admission, SessionExtra, Shared } from './exchange.ts'
import { MessageRefusal } from './refusals.ts'

type Owned = Pick<Admission, 'message' | 'session' | 'newSession' | 'newTask' | 'headers'>

const ofTasks: ReadonlySet<string> = new Set(['tasks/get', 'tasks/result', 'tasks/cancel', 'tasks/update'])
const relatedTask = 'io.modelcontextprotocol/related-task'
const none: Owned = {
  message: undefined,
  session: undefined,
  newSession: undefined,
  newTask: undefined,
  headers: {},
}

/** Whose sessions, tasks and sealed states a request touches. State of another caller is answered as if there were none. */
export class Ownership {
  readonly #shared: Shared
  readonly #decisions: Decisions

  constructor(shared: Shared, decisions: Decisions) {
    this.#shared = shared
    this.#decisions = decisions
  }

  /** What a message requires. A task counts as the call that made it; `assertTasks` has compared who owns it. */
  needs(message: CallMessage): Needs {
    if (!ofTasks.has(message.method)) return entriesFor(this.#shared.tables, message)
    const task = this.#shared.tasks.find(stringParam(message, 'taskId') ?? '')
    return { entries: task?.extra.entries ?? [this.#shared.tables.connect] }
  }

  /** The session that a request names. @throws {MessageRefusal} for one of another caller */
  async session(
    request: SignedRequest,
    caller: Caller,
    named: Named,
    id: string | number | undefined,
  ): Promise<BoundState<SessionExtra> | undefined> {
    if (named.session === undefined) return undefined
    return this.#owned(this.#shared.sessions, request, caller, named.session, id, 'the session')
  }

  /**
   * Whose state a message touches, and what it makes.
   *
   * @param entries what the message requires, which it was decided by
   * @throws {MessageRefusal} for state of another caller
   */
  async ofMessage(
    request: SignedRequest,
    caller: Caller,
    session: BoundState<SessionExtra> | undefined,
    message: ClientMessage,
    entries: readonly Entry[],
  ): Promise<Owned> {
    const id = isCall(message) ? message.id : undefined
    // A response answers a request of the server, which only a session can have sent.
    if (!isCall(message)) {
      if (session === undefined) return this.#notFound(request, id, 'a response without a session')
      return { ...none, message, session }
    }
    if (message.method === 'notifications/cancelled') await this.#assertCall(request, session, message)
    const opened = await this.#openState(request, caller, message)
    // From here on nothing waits, so that of two requests with one id, one finds the other.
    if (id !== undefined && session?.extra.calls.has(id)) return this.#repeated(request, id)
    const owner = ownerOf(caller)
    const newSession = message.method === 'initialize' ? this.#shared.sessions.reserve(owner) : undefined
    const isTask = message.method === 'tools/call' && Object.hasOwn(message.params ?? {}, 'task')
    const newTask = isTask ? this.#shared.tasks.reserve(owner) : undefined
    if (id !== undefined) session?.extra.calls.set(id, { method: message.method, entries })
    return { message: opened, session, newSession, newTask, headers: {} }
  }

  /** For GET and DELETE. @throws {MessageRefusal} for a session or stream of another caller */
  async ofStream(request: SignedRequest, caller: Caller, named: Named): Promise<Owned> {
    const session = await this.session(request, caller, named, undefined)
    if (named.lastEvent === undefined) return { ...none, session }
    const event = session && (await this.#shared.sealer.open('event', session.id, named.lastEvent))
    if (event === undefined) return this.#notFound(request, undefined, '"last-event-id" of another session')
    return { ...none, session, headers: { 'last-event-id': event } }
  }

  async #owned<Extra>(
    states: BoundStates<Extra>,
    request: SignedRequest,
    caller: Caller,
    stateId: string,
    id: string | number | undefined,
    what: string,
  ): Promise<BoundState<Extra>> {
    const state = states.find(stateId)
    if (state === undefined) return this.#notFound(request, id, `${what} is unknown, or was forgotten`)
    if (!(await isOwner(state.owner, caller, this.#shared.classPolicy)))
      return this.#notFound(request, id, `${what} was begun by another caller`)
    return state
  }

  /**
   * Compares who owns the task that is asked for, and one that the message is said to belong to. Before the message is
   * decided by what the task requires: otherwise the answer would tell which tasks there are.
   *
   * @throws {MessageRefusal} for a task of another caller
   */
  async assertTasks(request: SignedRequest, caller: Caller, message: CallMessage): Promise<void> {
    const { tasks } = this.#shared
    const meta = message.params?._meta
    const related = isObject(meta) && Object.hasOwn(meta, relatedTask) ? meta[relatedTask] : undefined
    const ids: unknown[] = ofTasks.has(message.method) ? [stringParam(message, 'taskId')] : []
    if (related !== undefined) ids.push(isObject(related) ? related.taskId : undefined)
    for (const taskId of ids) {
      const named = typeof taskId === 'string' ? taskId : ''
      const task = await this.#owned(tasks, request, caller, named, message.id, 'the task')
      tasks.use(task)()
    }
  }

  /** A cancellation needs what the call needs. */
  async #assertCall(
    request: SignedRequest,
    session: BoundState<SessionExtra> | undefined,
    { params }: CallMessage,
  ): Promise<void> {
    const call = session?.extra.calls.get(params?.requestId as string | number)
    if (call === undefined) return
    const demanded = { digest: true, method: false, name: false }
    await this.#decisions.authorize(request, call.method, call.entries, demanded)
  }

  async #openState(request: SignedRequest, caller: Caller, message: CallMessage): Promise<CallMessage> {
    const sealed = stringParam(message, 'requestState')
    if (sealed === undefined) return message
    const opened = await openState(this.#shared.sealer, message, sealed)
    if (opened === undefined || !(await isOwner(opened.owner, caller, this.#shared.classPolicy))) {
      const hint = '"requestState" was handed to another caller, or for another call'
      await this.#decisions.report(request, new AAuthError('access_denied', { hint }))
      throw new MessageRefusal(
        new MessageFault(invalidParams, '"requestState" is not valid here.'),
        message.id,
      )
    }
    return { ...message, params: { ...message.params, requestState: opened.state } }
  }

  /**
   * Servers find the stream of an answer by the id of the request. With one id twice, the answer to a call of one token
   * would go to another token of the same mission or person.
   */
  async #repeated(request: SignedRequest, id: string | number): Promise<never> {
    const text = '"id" is that of a request of this session that is under way.'
    await this.#decisions.report(request, new AAuthError('invalid_request', { hint: text }))
    throw new MessageRefusal(new MessageFault(invalidRequest, text), id)
  }

  async #notFound(request: SignedRequest, id: string | number | undefined, hint: string): Promise<never> {
    await this.#decisions.report(
      request,
      new AAuthError('access_denied', { hint: `answered with 404: ${hint}` }),
    )
    throw new MessageRefusal(new MessageFault(sessionNotFound, 'Session not found', 404), id)
  }
}
