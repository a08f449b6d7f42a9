import type { CompiledRequirement } from '../../resource/requirement.ts'
import { isAccount } from '../../token/identifiers.ts'
import { routedRequest } from '../../verify/routed-request.ts'
import type { Transport } from '../../verify/transport.ts'
import type { SignedRequest } from '../../wire/signed-request.ts'

/** The account that a call belongs to, by its route. `undefined` if the route has none, or none can be told. */
export function accountOf(
  { account }: Pick<CompiledRequirement, 'account'>,
  call: SignedRequest,
  transport: Transport,
): string | undefined {
  if (account === undefined) return undefined
  try {
    const told: unknown = typeof account === 'function' ? account(routedRequest(call, transport)) : account
    // Where it cannot be told, the route refuses the call.
    return isAccount(told) ? told : undefined
  } catch {
    return undefined
  }
}
