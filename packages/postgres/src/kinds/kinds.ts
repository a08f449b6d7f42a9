import type { Stores } from '@aauth-guard/core'
import type { Kind } from './kind.ts'
import { links } from './links.ts'
import { records } from './records.ts'
import { replays } from './replays.ts'
import { revocations } from './revocations.ts'
import { statuses } from './statuses.ts'
import { tombstones } from './tombstones.ts'

/** Every kind of store, by its name in `stores`. */
export const kinds: { readonly [Name in keyof Stores]-?: Kind<NonNullable<Stores[Name]>> } = {
  revocations,
  tombstones,
  replays,
  links,
  statuses,
  records,
}
