import type { AAuthError, AnyRequirement, Auth, Caller, ClassPolicy, Resource } from '@aauth-guard/core'
import { asAuth, privateFieldsFor } from '@aauth-guard/core/adapter'
import { type AAuthInfo, authInfoOf } from '../auth-info.ts'
import type { BoundState, BoundStates, Reservation } from '../bound/bound-states.ts'
import { type Owner, ownerOf } from '../bound/owner.ts'
import type { Sealer } from '../bound/seal.ts'
import { type ClientMessage, isCall } from '../message/read-message.ts'
import type { Entry } from '../tables/entry.ts'
import type { Tables } from '../tables/tables.ts'

/** What this package knows of a session. */
export interface SessionExtra {
  /** The calls that are under way, by their id, which no other call may have: what a cancellation counts as. */
  readonly calls: Map<string | number, OpenCall>
}

export interface OpenCall {
  readonly method: string
  readonly entries: readonly Entry[]
}

/** What this package knows of a task: the call that made it. */
export interface TaskExtra {
  readonly entries: readonly Entry[]
}

/** What all exchanges of one protected server share. */
export interface Shared {
  readonly resource: Resource
  readonly tables: Tables
  /** Whether an entry takes another credential, to whose clients the answers speak. */
  readonly takesOther: boolean
  readonly sealer: Sealer
  readonly sessions: BoundStates<SessionExtra>
  readonly tasks: BoundStates<TaskExtra>
  /** Of sessions, tasks and sealed states. */
  readonly classPolicy: ClassPolicy
}

/** What was found of a request, before anything is made of it. */
export interface Admission {
  readonly caller: Caller
  readonly entries: readonly Entry[]
  readonly requirement: AnyRequirement
  /** Absent for GET and DELETE. */
  readonly message: ClientMessage | undefined
  readonly isModern: boolean
  readonly method: string
  readonly session: BoundState<SessionExtra> | undefined
  /** Room for the session that `initialize` begins. */
  readonly newSession: Reservation<SessionExtra> | undefined
  readonly newTask: Reservation<TaskExtra> | undefined
  /** Headers that the server gets changed. */
  readonly headers: Readonly<Record<string, string>>
}

const exchanges = new WeakMap<Auth, Exchange>()

/** One request that was accepted, until its answer has been sent. */
export class Exchange {
  readonly shared: Shared
  readonly admission: Admission
  readonly auth: Auth | undefined
  readonly owner: Owner
  readonly authInfo: AAuthInfo
  /** Of the answer; the id of the session that `initialize` began. */
  sessionId: string | undefined
  /** What a tool refused with, to be sent in place of its result. */
  refusal: AAuthError | undefined
  #endUse: (() => void) | undefined

  constructor(shared: Shared, admission: Admission) {
    this.shared = shared
    this.admission = admission
    this.auth = asAuth(admission.caller)
    this.owner = ownerOf(admission.caller)
    this.authInfo = authInfoOf(shared.resource, admission.caller)
    const { session } = admission
    this.sessionId = session?.id
    this.#endUse = session && shared.sessions.use(session)
    if (this.auth !== undefined) exchanges.set(this.auth, this)
  }

  /** The exchange in which an identity was verified. */
  static of(auth: Auth): Exchange | undefined {
    return exchanges.get(auth)
  }

  /** The id of the request that is to be answered. */
  get id(): string | number | undefined {
    const { message } = this.admission
    return isCall(message) ? message.id : undefined
  }

  get privateFields(): readonly (readonly [name: string, value: string])[] {
    return privateFieldsFor(this.shared.resource, this.admission.requirement)
  }

  /** Draws the conclusions from status and headers of the answer: sessions that began or ended. */
  noteAnswer(status: number, sessionId: string | null): void {
    const { newSession, session, method } = this.admission
    if (newSession !== undefined && status < 300 && sessionId !== null) {
      const begun = newSession.keep(sessionId, { calls: new Map() })
      this.sessionId = sessionId
      this.#endUse = this.shared.sessions.use(begun)
    }
    const isGone = status === 404 || (method === 'DELETE' && status < 300)
    if (session !== undefined && isGone) this.shared.sessions.delete(session.id)
  }

  /** The answer has been sent, or cannot be. */
  end(): void {
    const { newSession, newTask, session } = this.admission
    newSession?.release()
    newTask?.release()
    if (this.id !== undefined) session?.extra.calls.delete(this.id)
    this.#endUse?.()
    this.#endUse = undefined
  }
}
