import { type Auth, createResource, type Resource, type ResourceOptions } from '@aauth-guard/core'
import { type MissionGrant, missionControl, missionGrant, monitorMissions } from '@aauth-guard/core/missions'

type Options = Pick<ResourceOptions, 'issuer' | 'fetch' | 'now' | 'onDecision' | 'signingKey'>

/** Seconds for which the API relies on the answer that a mission lives. */
export const activeTtl = 1

/** An API that asks the person server whether the mission lives under which it is called. */
export function runsResource(options: Options): Resource {
  return createResource({
    trust: {
      agentProviders: 'any',
      personServers: ['https://ps.example', 'https://classic-ps.example'],
    },
    missions: monitorMissions({ source: missionControl(), activeTtl, deadline: 2000, linkedKeys: 600 }),
    ...options,
  })
}

/** Work that outlives the runtimes that do it: a run belongs to a mission and a class, to no session and no key. */
export class Runs {
  private readonly kept = new Map<string, { readonly grant: MissionGrant; steps: number }>()

  /** @returns what the run is called */
  start(auth: Auth): string {
    const run = `run-${this.kept.size + 1}`
    this.kept.set(run, { grant: missionGrant(auth), steps: 0 })
    return run
  }

  grantOf(run: string | undefined): MissionGrant | undefined {
    return this.kept.get(String(run))?.grant
  }

  /** @returns how many steps it has by now */
  step(run: string | undefined): number {
    const kept = this.kept.get(String(run))
    if (kept === undefined) return 0
    kept.steps += 1
    return kept.steps
  }

  stepsOf(run: string | undefined): number {
    return this.kept.get(String(run))?.steps ?? 0
  }
}
