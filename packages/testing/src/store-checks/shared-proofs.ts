import type { SharedStore } from '@aauth-guard/core'
import { assertEqual, type Proof } from './store-checks.ts'
import { maxFreshness, type StoreSubject } from './subject.ts'

type SharedProofs = Readonly<Record<string, Proof<StoreSubject<SharedStore>>>>

/** What a store of any kind promises that declares `freshness` or has `now`. */
export const shared: SharedProofs = {
  async 'declares a freshness of 0 to 500 ms, if any'({ store }) {
    const { freshness = 0 } = store
    assertEqual(freshness >= 0 && freshness <= maxFreshness, true, `a freshness of ${freshness} ms`)
  },
  async 'reads the clock of the store, if it reads one'({ peer, clock }) {
    if (peer.now === undefined) return
    const before = await clock()
    const read = await peer.now()
    const after = await clock()
    // Either of them may be in whole seconds.
    const isRead = read > before - 1 && read < after + 1
    assertEqual(isRead, true, `now() returned ${read} between the seconds ${before} and ${after}`)
  },
}

/** The same, with a clock that can be set. */
export const timedShared: SharedProofs = {
  async 'reads a clock that goes on, if it reads one'({ peer, advance }) {
    if (peer.now === undefined) return
    const started = performance.now()
    const before = await peer.now()
    await advance(3700)
    const passed = (await peer.now()) - before
    const most = 3700 + 1 + (performance.now() - started) / 1000
    const isRight = passed >= 3700 && passed <= most
    assertEqual(isRight, true, `now() went on by ${passed} s while the clock was set forward by 3700 s`)
  },
}
