import type { RequestListener } from 'node:http'
import { managedAccess } from '@aauth-guard/core/managed'
import { pageUrl, sealingKeys } from '@aauth-guard/fixtures/interaction'
import { makeScene, type Scene, type SceneParts } from './scene.ts'
import type { TestClock } from './test-clock.ts'

/** The person who is signed in at the page of the API. */
export const person = 'alice'

/** A {@link makeScene} whose app asks persons, keeps calls and gives sessions itself. */
export function makeManagedScene(build: (parts: SceneParts) => RequestListener): Promise<Scene> {
  return makeScene(build, { managed: managedAccess({ sealingKeys, interaction: { url: pageUrl } }) })
}

/** Reads the code that the person is shown, and has the person act before the next wait is over. */
export function onCode(clock: TestClock, act: (code: string) => Promise<unknown>): (text: string) => void {
  return (text) => {
    const [, code] = /^A person has to decide: .*code=([\w-]+)$/.exec(text) ?? []
    if (code !== undefined) clock.until = act(code)
  }
}
