import { ambiguousTargets } from './ambiguous-targets.ts'
import { beside } from './beside.ts'
import { callers } from './callers.ts'
import type { Suite } from './case.ts'
import { connections } from './connections.ts'
import { content } from './content.ts'
import { contentKinds } from './content-kinds.ts'
import { defaults } from './defaults.ts'
import { discovery } from './discovery.ts'
import { fields } from './fields.ts'
import { framing } from './framing.ts'
import { hosts } from './hosts.ts'
import { missions } from './missions.ts'
import { mounts, strippedPrefix } from './mounts.ts'
import { ownRoutes } from './own-routes.ts'
import { guardedPreflights, preflights } from './preflights.ts'
import { refusals } from './refusals.ts'
import { replays } from './replays.ts'
import { targets } from './targets.ts'

/** From plain to hostile. */
export const suites: readonly Suite[] = [
  callers,
  refusals,
  contentKinds,
  content,
  replays,
  missions,
  defaults,
  beside,
  ownRoutes,
  discovery,
  mounts,
  strippedPrefix,
  preflights,
  guardedPreflights,
  connections,
  hosts,
  fields,
  framing,
  targets,
  ambiguousTargets,
]
