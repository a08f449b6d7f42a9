import type { ServerSignOptions } from '../signing/server-signature.ts'
import type { SignedMessage } from '../signing/sign.ts'
import { toRequest } from '../signing/signed-request.ts'
import { dial } from './dial.ts'
import type { World } from './world.ts'

/** What a revocation says: draft 11, drafts 01 to 05, and drafts 06 to 10. */
export type RevocationBody =
  | { readonly jti: string; readonly exp: number }
  | { readonly jti: string }
  | { readonly iss: string; readonly jti: string }

/** How a revocation is signed, and where it goes. */
export interface RevokeOptions extends ServerSignOptions {
  /** Where to dial, as `http://127.0.0.1:PORT`; `Host` still names the resource. */
  readonly via?: string
}

/** Sends a message to whoever is served under its authority, else to the network. */
export async function deliver(
  net: World,
  message: SignedMessage,
  via: string | undefined,
): Promise<Response> {
  const origin = via ?? net.servedAt(new URL(message.url).host)
  return origin === undefined ? net.fetch(toRequest(message)) : dial(origin, message)
}
