import type { IncomingMessage } from 'node:http'
import { Stamp } from '../assert/stamp.ts'
import { contentBinding } from '../authorize/content.ts'
import { asAuth, type IdentityOptions, readCaller, readIdentity } from '../authorize/read-identity.ts'
import type { Caller } from '../resource/requirement.ts'
import type { Auth, AuthFor, PersonNeed } from '../token/auth.ts'
import type { TokenKind } from '../token/kinds.ts'

/** Whether a covered digest is still to be compared, so that the identity must not be used yet. */
export function isContentOpen(caller: Caller | undefined): boolean {
  const auth = asAuth(caller)
  return auth !== undefined && contentBinding(auth) === 'unchecked'
}

/** Where the guard of one adapter keeps who sent a message, and where nobody else can put anything. */
export interface IdentitySlot {
  /** How the content of a request can be compared in this framework; ends hints. */
  readonly remedy: string
  /** Keeps what the guard found; `undefined` for a request that passed without a credential. */
  fill(message: IncomingMessage, caller: Caller | undefined): void
  /**
   * The identity, as the route accepts it.
   * @throws {TypeError} where no guard ran, for another kind of token, and for another credential than AAuth
   * @throws {AAuthError} `server_error` where a covered digest was not compared with the content
   */
  read<Kind extends TokenKind, Person extends PersonNeed>(
    message: IncomingMessage,
    kind: Kind,
    options: IdentityOptions<Person>,
  ): AuthFor<Kind, Person>
  /**
   * Whoever passed, with AAuth or with the `alternative` of the route; `undefined` where nobody had a credential.
   * @throws {TypeError} where no guard ran
   * @throws {AAuthError} `server_error` where a covered digest was not compared with the content
   */
  readCaller(message: IncomingMessage): Caller | undefined
  /** The identity before anything is asked of the content; `undefined` where nobody signed, or no guard ran. */
  peek(message: IncomingMessage): Auth | undefined
  /** Whoever passed, before anything is asked of the content. @throws {TypeError} where no guard ran */
  callerOf(message: IncomingMessage): Caller | undefined
  /** Shows the caller as a property whose getter asks for the content to be compared first. */
  show(target: object, property: string, caller: Caller, enumerable: boolean): void
}

/** Makes the slot of an adapter. One for each: a guard of another adapter on the same message fills its own. */
export function createIdentitySlot(remedy: string): IdentitySlot {
  /** Whoever sent a message, on the message itself. */
  class Sent extends Stamp {
    #caller: Caller | undefined

    constructor(message: IncomingMessage, caller: Caller | undefined) {
      super(message)
      this.#caller = caller
    }

    static has(message: IncomingMessage): boolean {
      return #caller in message
    }

    static callerOf(message: IncomingMessage): Caller | undefined {
      return #caller in message ? message.#caller : undefined
    }

    static fill(message: IncomingMessage, caller: Caller | undefined): void {
      if (#caller in message) message.#caller = caller
      else new Sent(message, caller)
    }
  }
  const callerOf = (message: IncomingMessage, before: string): Caller | undefined => {
    if (!Sent.has(message))
      throw new TypeError(`the request has no verified identity: put protect(resource) before ${before}`)
    return Sent.callerOf(message)
  }
  return {
    remedy,
    fill: (message, caller) => Sent.fill(message, caller),
    read: (message, kind, options) => readIdentity(Sent.callerOf(message), kind, remedy, options),
    readCaller: (message) => readCaller(callerOf(message, 'this handler'), remedy),
    peek: (message) => asAuth(Sent.callerOf(message)),
    callerOf: (message) => callerOf(message, 'requireGrant'),
    show(target, property, caller, enumerable) {
      // Configurable, since a second guard shows it again. A getter for each message would turn the message into a table
      // of names, which slows whatever reads it afterwards.
      const shown = isContentOpen(caller) ? { get: () => readCaller(caller, remedy) } : { value: caller }
      Object.defineProperty(target, property, { configurable: true, enumerable, ...shown })
    },
  }
}
