import type { Managed } from './managed-access.ts'
import type { ResourceState } from './state.ts'

/** What operators end. Without the option `managed` there is nothing, which a caller should learn. */
export function managedOf({ managed }: ResourceState): Managed {
  return Object.freeze({
    async end(selection: Parameters<Managed['end']>[0]): Promise<number> {
      if (managed === undefined)
        throw new TypeError('"managed" of createResource is missing: pass managedAccess()')
      return managed.end(selection)
    },
  })
}
