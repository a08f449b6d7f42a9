import type { IncomingMessage } from 'node:http'
import { assertContentChecked, type IdentityOptions, readIdentity } from '../authorize/read-identity.ts'
import type { Auth, AuthFor, PersonNeed } from '../token/auth.ts'
import type { TokenKind } from '../token/kinds.ts'

/** Where the guard of one adapter keeps who sent a message, and where nobody else can put anything. */
export interface IdentitySlot {
  /** How the content of a request can be compared in this framework; ends hints. */
  readonly remedy: string
  /** Keeps what the guard found; `undefined` for a request that passed without a credential. */
  fill(message: IncomingMessage, auth: Auth | undefined): void
  /**
   * The identity, as the route accepts it.
   * @throws {TypeError} where no guard ran, and for another kind of token
   * @throws {AAuthError} `server_error` where a covered digest was not compared with the content
   */
  read<Kind extends TokenKind, Person extends PersonNeed>(
    message: IncomingMessage,
    kind: Kind,
    options: IdentityOptions<Person>,
  ): AuthFor<Kind, Person>
  /** The identity before anything is asked of the content; `undefined` where nobody signed, or no guard ran. */
  peek(message: IncomingMessage): Auth | undefined
  /** As `peek`. @throws {TypeError} where no guard ran */
  callerOf(message: IncomingMessage): Auth | undefined
  /** Shows the identity as a property whose getter asks for the content to be compared first. */
  show(target: object, property: string, auth: Auth, enumerable: boolean): void
}

/** Makes the slot of an adapter. One for each: a guard of another adapter on the same message fills its own. */
export function createIdentitySlot(remedy: string): IdentitySlot {
  const found = new WeakMap<IncomingMessage, Auth | undefined>()
  return {
    remedy,
    fill(message, auth) {
      found.set(message, auth)
    },
    read: (message, kind, options) => readIdentity(found.get(message), kind, remedy, options),
    peek: (message) => found.get(message),
    callerOf(message) {
      if (!found.has(message))
        throw new TypeError('nobody is authenticated here: put protect(resource) before requireGrant')
      return found.get(message)
    },
    show(target, property, auth, enumerable) {
      // Configurable, since a second guard shows it again.
      Object.defineProperty(target, property, {
        configurable: true,
        enumerable,
        get() {
          assertContentChecked(auth, remedy)
          return auth
        },
      })
    },
  }
}
