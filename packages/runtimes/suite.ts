import { accepted } from './checks/accepted.ts'
import type { Check } from './checks/check.ts'
import { content } from './checks/content.ts'
import { egress } from './checks/egress.ts'
import { issued } from './checks/issued.ts'
import { managed } from './checks/managed.ts'
import { missions } from './checks/missions.ts'
import { platformChecks } from './checks/platform.ts'
import { refused } from './checks/refused.ts'
import { signatures } from './checks/signatures.ts'
import { state } from './checks/state.ts'

/** The guard's own suite: web platform APIs, the packages, and nothing of any test runner. */
export const suite: readonly Check[] = [
  ...platformChecks,
  ...egress,
  ...accepted,
  ...refused,
  ...signatures,
  ...state,
  ...content,
  ...issued,
  ...managed,
  ...missions,
]
