import type { Managed, ManagedAccess } from './managed-access.ts'
import type { ResourceState } from './state.ts'

/** What operators call. Without the option `managed` there is nothing, which a caller should learn. */
export function managedOf({ managed }: ResourceState): Managed {
  return Object.freeze({
    async end(selection: Parameters<Managed['end']>[0]): Promise<number> {
      return present(managed).end(selection)
    },
    async reportUnknownOutcomes(): Promise<number> {
      return present(managed).reportUnknownOutcomes()
    },
  })
}

function present(managed: ManagedAccess | undefined): ManagedAccess {
  if (managed !== undefined) return managed
  throw new TypeError('"managed" of createResource is missing: pass managedAccess()')
}
