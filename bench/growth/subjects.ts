import { issuers } from './issuers.ts'
import { replays } from './replays.ts'
import { revocations } from './revocations.ts'
import type { Subject } from './subject.ts'
import { tokens } from './tokens.ts'
import { tombstones } from './tombstones.ts'

/**
 * Everything that is filled, by the name that `--only` takes.
 * @param requests how many a resource may be sent, of those that each pass once
 */
export function subjects(requests: number): Readonly<Record<string, () => Promise<Subject>>> {
  return {
    tokens,
    revocations,
    tombstones,
    replays: () => replays(requests),
    issuers: () => issuers(false),
    listed: () => issuers(true),
  }
}
